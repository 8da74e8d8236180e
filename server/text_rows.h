/*
 * Texts of rows while the rows are read, and their way from the order of rows to that of positions:
 * in memory, or, where they are more than shall be there, in files without a name.
 */
#ifndef ARO_SERVER_TEXT_ROWS_H
#define ARO_SERVER_TEXT_ROWS_H

#include "server/snapshot.h"
#include "server/spool.h"

/** Start with text_rows_begin(); text_rows_clear() releases. Owned by one thread. */
struct text_rows {
    struct spool spool; /* fd -1: all stays in its buffer */
    const char *folder;
    uint64_t *starts; /* owned; where the text of each row begins, and the last one ends */
    size_t n;
};

/**
 * @param capacity      rows at most
 * @param likely_bytes  what they may come to: room is made for that in memory
 * @param folder        for the files, borrowed as long as the rows; NULL: in memory
 * @param err           ARO_IO: no file can be made there; ARO_NO_MEMORY
 */
bool text_rows_begin(struct text_rows *rows, size_t capacity, size_t likely_bytes,
                     const char *folder, struct aro_error *err);
/** Also of rows that are all zero. */
void text_rows_clear(struct text_rows *rows);

/** What the text of the row that is read now is appended to, behind what is there. */
static inline struct aro_buffer *text_rows_text(struct text_rows *rows)
{
    return &rows->spool.buffer;
}

/** Ends the row. @param err  ARO_IO: no room in the file; ARO_NO_MEMORY */
bool text_rows_end(struct text_rows *rows, struct aro_error *err);

/**
 * Fills the block, and gives back what the texts took.
 *
 * @param order  by position: its row; as many as there are rows
 * @param err    as text_rows_end()
 */
bool text_rows_place(struct text_rows *rows, const uint32_t *order, struct text_block *out_block,
                     struct aro_error *err);

#endif
