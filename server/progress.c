#include "server/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/clock.h"

enum { BAR_CHARS = 30 };
static const double STEP_S = 0.1;

void progress_start(struct progress *progress)
{
    *progress = (struct progress){.terminal = isatty(STDERR_FILENO) == 1, .last_tenth = -1};
}

/* Often enough to see it move, seldom enough to cost nothing. */
static bool is_time(struct progress *progress)
{
    double now_s = clock_seconds();
    if (now_s - progress->last_shown_s < STEP_S)
        return false;
    progress->last_shown_s = now_s;
    return true;
}

static void show_bar(struct progress *progress, double done)
{
    char bar[BAR_CHARS + 1];
    int full = done < 0 ? 0 : (int)(done * BAR_CHARS);
    if (!is_time(progress))
        return;
    memset(bar, '.', BAR_CHARS);
    memset(bar, '#', (size_t)full);
    bar[BAR_CHARS] = '\0';
    if (done < 0)
        fprintf(stderr, "\r\033[K%s", progress->stage);
    else
        fprintf(stderr, "\r\033[K[%s] %3d %% %s", bar, (int)(done * 100), progress->stage);
    progress->bar_shown = true;
}

static void show_line(struct progress *progress, double done)
{
    int tenth = done < 0 ? 0 : (int)(done * 10);
    if (tenth <= progress->last_tenth)
        return;
    progress->last_tenth = tenth;
    if (done < 0)
        fprintf(stderr, "%s\n", progress->stage);
    else if (tenth > 0)
        fprintf(stderr, "%s: %d %%\n", progress->stage, tenth * 10);
}

void progress_show(struct progress *progress, const char *stage, double done)
{
    if (strncmp(stage, progress->stage, sizeof progress->stage - 1) != 0) {
        snprintf(progress->stage, sizeof progress->stage, "%s", stage);
        progress->last_tenth = -1;
    }
    done = done > 1 ? 1 : done;
    if (progress->terminal)
        show_bar(progress, done);
    else
        show_line(progress, done);
}

void progress_clear(struct progress *progress)
{
    if (progress->bar_shown)
        fputs("\r\033[K", stderr);
    progress->bar_shown = false;
}
