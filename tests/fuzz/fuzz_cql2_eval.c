/*
 * Any text as a condition over a small table: it is refused, or it is the same asked for all
 * positions at once and for one after the other, and for what prints the same.
 */
#include "geo/cql2_eval.h"
#include "tests/unit/cql2_table.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* Words of what matches. */
struct matches {
    uint64_t words[TABLE_ROWS / 64 + 1];
};

static uint64_t which_of(uint32_t word)
{
    uint32_t n = TABLE_ROWS - 64 * word;
    return n < 64 ? (UINT64_C(1) << n) - 1 : ~UINT64_C(0);
}

static struct matches ask_singly(struct geo_cql2_eval *eval)
{
    struct matches matches = {0};
    for (uint32_t i = 0; i < TABLE_ROWS; i++)
        matches.words[i / 64] |= geo_cql2_eval_word(eval, i / 64, UINT64_C(1) << i % 64);
    return matches;
}

static struct matches ask_at_once(struct geo_cql2_eval *eval)
{
    struct matches matches = {0};
    for (uint32_t word = 0; word <= (TABLE_ROWS - 1) / 64; word++)
        matches.words[word] = geo_cql2_eval_word(eval, word, which_of(word));
    return matches;
}

/* False where the tree is refused. */
static bool ask(const struct geo_cql2_tree *tree, const struct table *table,
                struct matches (*how)(struct geo_cql2_eval *), struct matches *out_matches)
{
    static const struct geo_cql2_crs degrees = {0};
    struct geo_cql2_fact *facts = NULL;
    struct geo_cql2_eval *eval = NULL;
    struct aro_error err = {0};
    if (geo_cql2_check(tree, table_properties, TABLE_PROPERTIES, &facts, &err))
        eval = geo_cql2_eval_new(tree, facts, &table->source, &degrees, &err);
    if (eval) {
        *out_matches = how(eval);
        if (!geo_cql2_eval_ok(eval, &err))
            *out_matches = (struct matches){0};
    } else {
        require(err.status == ARO_BAD_INPUT || err.status == ARO_TOO_LARGE);
    }
    bool asked = eval != NULL;
    geo_cql2_eval_free(eval);
    free(facts);
    return asked;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct table table;
    uint64_t seed = 20200409;
    if (table.n == 0)
        table_fill(&table, &seed);
    struct geo_cql2_tree *tree = geo_cql2_parse_text((const char *)data, size, NULL);
    struct matches at_once, singly, printed;
    struct aro_buffer text = {0};
    if (!tree)
        return 0;
    if (ask(tree, &table, ask_at_once, &at_once)) {
        require(ask(tree, &table, ask_singly, &singly));
        require(memcmp(&at_once, &singly, sizeof singly) == 0);
        geo_cql2_print_text(tree, &text);
        struct geo_cql2_tree *same = geo_cql2_parse_text(text.data, text.len, NULL);
        if (same) { /* the text may be too long to be read again */
            require(ask(same, &table, ask_at_once, &printed));
            require(memcmp(&at_once, &printed, sizeof printed) == 0);
        }
        geo_cql2_free(same);
    }
    aro_buffer_clear(&text);
    geo_cql2_free(tree);
    return 0;
}
