#include "server/snapshot_words.h"

#include <stdlib.h>

enum { BATCH_ROWS = 128 };

/* Consecutive rows. */
struct words_batch {
    struct words_batch *next;
    uint32_t first_row, n_rows;
    struct aro_buffer texts;
    size_t starts[BATCH_ROWS];
};

static void batch_free(struct words_batch *batch)
{
    if (batch)
        aro_buffer_clear(&batch->texts);
    free(batch);
}

static void hand_over(struct words_feed *feed)
{
    struct words_batch *batch = feed->filling;
    feed->filling = NULL;
    if (!batch)
        return;
    pthread_mutex_lock(&feed->lock);
    if (feed->last)
        feed->last->next = batch;
    else
        feed->first = batch;
    feed->last = batch;
    pthread_cond_signal(&feed->changed);
    pthread_mutex_unlock(&feed->lock);
}

/* Waits for a batch; NULL when there are no more. */
static struct words_batch *take(struct words_feed *feed)
{
    pthread_mutex_lock(&feed->lock);
    while (!feed->first && !feed->ended)
        pthread_cond_wait(&feed->changed, &feed->lock);
    struct words_batch *batch = feed->first;
    if (batch)
        feed->first = batch->next;
    if (!feed->first)
        feed->last = NULL;
    pthread_mutex_unlock(&feed->lock);
    return batch;
}

static bool add_batch(struct geo_words_builder *builder, const struct words_batch *batch,
                      struct aro_error *err)
{
    if (!aro_buffer_ok(&batch->texts, err))
        return false;
    for (uint32_t i = 0; i < batch->n_rows; i++) {
        size_t start = batch->starts[i];
        size_t end = i + 1 < batch->n_rows ? batch->starts[i + 1] : batch->texts.len;
        if (!geo_words_add(builder, batch->first_row + i, batch->texts.data + start, end - start,
                           err))
            return false;
    }
    return true;
}

/* Takes every batch, after a failure too: the reader goes on. */
static bool build(void *context, struct aro_error *err)
{
    struct words_feed *feed = context;
    struct geo_words_builder *builder = geo_words_builder_new(err);
    bool ok = builder != NULL;
    for (struct words_batch *batch; (batch = take(feed)); batch_free(batch))
        ok = ok && add_batch(builder, batch, err);
    if (!ok || !feed->order) {
        geo_words_builder_free(builder);
        return ok;
    }
    feed->words = geo_words_build(builder, feed->order, feed->n_rows, err);
    return feed->words != NULL;
}

void words_feed_start(struct words_feed *feed)
{
    *feed = (struct words_feed){0};
    pthread_mutex_init(&feed->lock, NULL);
    pthread_cond_init(&feed->changed, NULL);
    task_start(&feed->task, build, feed);
}

struct aro_buffer *words_feed_row(struct words_feed *feed, uint32_t row, struct aro_error *err)
{
    if (feed->filling && feed->filling->n_rows == BATCH_ROWS)
        hand_over(feed);
    if (!feed->filling) {
        feed->filling = calloc(1, sizeof *feed->filling);
        if (!feed->filling) {
            aro_error_no_memory(err);
            return NULL;
        }
        feed->filling->first_row = row;
    }
    struct words_batch *batch = feed->filling;
    batch->starts[batch->n_rows++] = batch->texts.len;
    return &batch->texts;
}

void words_feed_end(struct words_feed *feed, const uint32_t *order, uint32_t n_rows)
{
    hand_over(feed);
    pthread_mutex_lock(&feed->lock);
    feed->order = order;
    feed->n_rows = n_rows;
    feed->ended = true;
    pthread_cond_signal(&feed->changed);
    pthread_mutex_unlock(&feed->lock);
}

bool words_feed_join(struct words_feed *feed, struct geo_words **out_words, struct aro_error *err)
{
    bool ok = task_join(&feed->task, err);
    pthread_cond_destroy(&feed->changed);
    pthread_mutex_destroy(&feed->lock);
    *out_words = feed->words;
    return ok;
}
