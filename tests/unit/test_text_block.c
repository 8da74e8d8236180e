#include "server/text_block.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/check.h"
#include "tests/unit/random.h"

enum { SEED = 20261127, N = 200, ROUNDS = 300, RUNS = 40, TEXT_BYTES = 16 };

/* A block, and what text each position has now. */
struct case_of_texts {
    struct text_block texts;
    struct text_edits edits;
    struct geo_splice splice;
    uint32_t n;
    char now[2 * N][TEXT_BYTES];
};

static void add_text(char *block, uint64_t *offsets, uint32_t i, const char *text)
{
    memcpy(block + offsets[i], text, strlen(text));
    offsets[i + 1] = offsets[i] + strlen(text);
}

/* Of some positions, one in `rarity`, the text goes, and others come there; texts may be empty. */
static void make_case(struct case_of_texts *made, uint64_t *seed, uint64_t rarity)
{
    uint32_t gone[N], before[N], n_gone = 0, n_come = 0;
    *made = (struct case_of_texts){
        .texts = {.block = malloc(N * TEXT_BYTES), .offsets = calloc(N + 1, sizeof(uint64_t))},
        .edits = {.offsets = calloc(N + 1, sizeof(uint64_t)), .block = malloc(N * TEXT_BYTES)}};
    for (uint32_t i = 0; i < N; i++) {
        char text[TEXT_BYTES];
        bool goes = random_below(seed, rarity) == 0, comes = random_below(seed, rarity) == 0;
        if (comes) {
            char *come = made->now[made->n++];
            snprintf(come, TEXT_BYTES, "%.*s", (int)random_below(seed, 9), "edited,,");
            add_text(made->edits.block, made->edits.offsets, n_come, come);
            before[n_come++] = i;
        }
        snprintf(text, TEXT_BYTES, "%.*u,", (int)random_below(seed, 5), i);
        add_text(made->texts.block, made->texts.offsets, i, text);
        if (goes)
            gone[n_gone++] = i;
        else
            memcpy(made->now[made->n++], text, TEXT_BYTES);
    }
    assert_true(geo_splice_make(&made->splice, N, gone, n_gone, before, n_come, NULL));
    made->edits.splice = &made->splice;
    made->texts.edits = n_gone + n_come > 0 ? &made->edits : NULL;
}

static void clear_case(struct case_of_texts *made)
{
    free(made->texts.block);
    free(made->texts.offsets);
    text_edits_clear(&made->edits);
    geo_splice_clear(&made->splice);
}

/* Part by part against text by text. */
static void check_run(const struct case_of_texts *made, struct geo_run run, int *failures)
{
    char wanted[2 * N * TEXT_BYTES] = "", got[2 * N * TEXT_BYTES] = "";
    size_t len = 0, bytes = text_block_bytes(&made->texts, run);
    for (uint32_t i = run.first; i < run.end; i++)
        strcat(wanted, made->now[i]);
    while (run.first < run.end) {
        struct text_part part = text_block_part(&made->texts, run);
        CHECK(*failures, "part",
              part.end > run.first && part.end <= run.end && len + part.slice.len < sizeof got);
        memcpy(got + len, part.slice.text, part.slice.len);
        len += part.slice.len;
        run.first = part.end;
    }
    CHECK(*failures, "run", strcmp(got, wanted) == 0 && bytes == len);
}

static void edits_stand_in_the_place_of_texts(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = SEED;
    for (int round = 0; round < ROUNDS; round++) {
        struct case_of_texts made;
        make_case(&made, &seed, 1 + random_below(&seed, 100));
        for (uint32_t i = 0; i < made.n; i++) {
            struct text_slice slice = text_block_at(&made.texts, i);
            CHECK(failures, "text",
                  slice.len == strlen(made.now[i]) &&
                      memcmp(slice.text, made.now[i], slice.len) == 0);
        }
        for (int i = 0; made.n > 0 && i < RUNS; i++) {
            uint32_t first = (uint32_t)random_below(&seed, made.n);
            uint32_t len = (uint32_t)random_below(&seed, made.n - first + 1);
            check_run(&made, (struct geo_run){first, first + len}, &failures);
        }
        clear_case(&made);
    }
    assert_int_equal(failures, 0);
}

/* What was deflated ahead is of the texts that were there then. */
static void edits_are_not_packed(void **state)
{
    (void)state;
    struct case_of_texts made;
    uint64_t seed = SEED;
    make_case(&made, &seed, 10);
    struct packed *packed = (struct packed *)&made; /* only handed on */
    atomic_store(&made.texts.packed, packed);
    struct geo_run run = {0, made.n};
    uint32_t n_come = 0;
    while (run.first < run.end) {
        struct text_part part = text_block_part(&made.texts, run);
        uint64_t *offsets = part.packed ? made.texts.offsets : made.edits.offsets;
        n_come += part.packed ? 0 : part.end - run.first;
        assert_true(part.packed == NULL || part.packed == packed);
        assert_int_equal(part.slice.len, offsets[part.texts.end] - offsets[part.texts.first]);
        run.first = part.end;
    }
    assert_int_equal(n_come, made.splice.n_come);
    clear_case(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits_stand_in_the_place_of_texts),
        cmocka_unit_test(edits_are_not_packed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
