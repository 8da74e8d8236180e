/*
 * CQL2 texts from outside: what is read is written so that the same comes back, and every node
 * has its place in the text.
 */
#include "tests/unit/cql2_help.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check_places(const struct geo_cql2_tree *tree, const struct geo_cql2_node *node,
                         size_t size)
{
    char place[GEO_CQL2_PLACE_BYTES];
    geo_cql2_place(tree, node, place);
    require(strncmp(place, "at character ", strlen("at character ")) == 0);
    require(node->character >= 1 && node->character <= size);
    require(node->id < geo_cql2_n_nodes(tree));
    for (size_t i = 0; i < node->n_args; i++) {
        require(node->args[i]->id < node->id);
        check_places(tree, node->args[i], size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct aro_error err = {0};
    struct aro_buffer printed = {0};
    struct geo_cql2_tree *tree = geo_cql2_parse_text((const char *)data, size, &err);
    if (!tree) {
        require(err.status == ARO_BAD_INPUT || err.status == ARO_TOO_LARGE);
        return 0;
    }
    check_places(tree, geo_cql2_root(tree), size);
    geo_cql2_print_text(tree, &printed);
    if (printed.len <= GEO_CQL2_MAX_BYTES) {
        struct geo_cql2_tree *back = geo_cql2_parse_text(printed.data, printed.len, &err);
        require(back && same_trees(tree, back));
        geo_cql2_free(back);
    }
    aro_buffer_clear(&printed);
    geo_cql2_free(tree);
    return 0;
}
