/*
 * The word index of the initiatives, made beside the reading of their rows: texts go to a second
 * thread in batches, in the order of rows; which position each row has is said at the end.
 */
#ifndef ARO_SERVER_SNAPSHOT_WORDS_H
#define ARO_SERVER_SNAPSHOT_WORDS_H

#include "geo/buffer.h"
#include "geo/words.h"
#include "server/task.h"

struct words_batch;

/** Owned by the thread that starts it; from start to join it stays where it is. */
struct words_feed {
    struct words_batch *filling; /* not handed over yet */
    struct task task;
    pthread_mutex_t lock; /* guards what follows until the task is joined */
    pthread_cond_t changed;
    struct words_batch *first, *last; /* handed over, not taken yet */
    bool ended;
    const uint32_t *order;
    uint32_t n_rows;
    struct geo_words *words;
};

void words_feed_start(struct words_feed *feed);

/** Where the words of the row in hand go. */
struct aro_buffer *words_feed_row(struct words_feed *feed, uint32_t row, struct aro_error *err);

/**
 * @param order  the row at each position, n_rows; borrowed until the join. NULL: nothing is built
 */
void words_feed_end(struct words_feed *feed, const uint32_t *order, uint32_t n_rows);

/** @param out_words  owned by the caller; NULL without an order or on failure */
bool words_feed_join(struct words_feed *feed, struct geo_words **out_words, struct aro_error *err);

#endif
