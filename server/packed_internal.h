/*
 * The inside of packed texts: made by packed_build.c, written from by packed.c.
 */
#ifndef ARO_SERVER_PACKED_INTERNAL_H
#define ARO_SERVER_PACKED_INTERNAL_H

#include "server/huffman.h"
#include "server/packed.h"

enum { PACKED_FORMS = 3 };

/** So many texts back a form's matches reach; beyond the 32 KiB of DEFLATE none does. */
static const uint32_t packed_reaches[PACKED_FORMS] = {1, 8, 64};

/** The form that reaches farthest back without leaving a run that has `n_before` texts before, 1 or
 * more. */
static inline int packed_form_behind(uint32_t n_before)
{
    int form = 0;
    while (form + 1 < PACKED_FORMS && packed_reaches[form + 1] <= n_before)
        form++;
    return form;
}

/** The bits of all texts one after another, in one form; those of a form that would reach back
 * before the first text are missing. */
struct packed_form {
    struct aro_buffer bits; /* BIT_WRITER_SPARE bytes more than are filled */
    uint64_t *starts;       /* n + 1; in bits */
};

struct packed {
    struct packed_texts texts;
    struct huffman_code literals, distances;
    struct aro_buffer head; /* of a block with these codes, its last bits as in n_head_bits */
    uint64_t n_head_bits;
    struct packed_form forms[PACKED_FORMS];
    uint32_t *crcs; /* n + 1: of the texts before */
};

#endif
