/*
 * CQL2 in JSON from outside: what is read is written in both forms so that the same comes back.
 */
#include "server/cql2_json.h"
#include "tests/unit/cql2_help.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct aro_error err = {0};
    struct aro_buffer json = {0}, text = {0};
    struct geo_cql2_tree *tree = cql2_json_parse((const char *)data, size, &err);
    if (!tree) {
        require(err.status == ARO_BAD_INPUT || err.status == ARO_TOO_LARGE);
        return 0;
    }
    cql2_json_print(tree, &json);
    if (json.len <= GEO_CQL2_MAX_BYTES) {
        struct geo_cql2_tree *back = cql2_json_parse(json.data, json.len, &err);
        require(back && same_trees(tree, back));
        geo_cql2_free(back);
    }
    geo_cql2_print_text(tree, &text);
    if (text.len <= GEO_CQL2_MAX_BYTES) {
        struct geo_cql2_tree *back = geo_cql2_parse_text(text.data, text.len, &err);
        require(back && same_trees(tree, back));
        geo_cql2_free(back);
    }
    aro_buffer_clear(&json);
    aro_buffer_clear(&text);
    geo_cql2_free(tree);
    return 0;
}
