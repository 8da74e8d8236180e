#include "server/filter_equal.h"

#include <stdlib.h>
#include <string.h>

#include "geo/instant.h"
#include "server/collections.h"

/* Digits, with a minus sign or not; so few that a double holds the number. */
static bool is_whole(const char *text)
{
    enum { MAX_DIGITS = 15 };
    text += *text == '-';
    size_t n = strspn(text, "0123456789");
    return n > 0 && n <= MAX_DIGITS && text[n] == '\0';
}

typedef const struct geo_cql2_node *node;

static node refuse(const struct property *property, const char *value, const char *wanted,
                   struct aro_error *err)
{
    aro_error_set_for(err, property->name, ARO_BAD_INPUT, "%s '%.40s' is not %s", property->name,
                      value, wanted);
    return NULL;
}

static node add_value(struct geo_cql2_builder *builder, const struct property *property,
                      const char *value, struct aro_error *err)
{
    struct geo_instant instant;
    int32_t day;
    size_t len = strlen(value);
    switch (property->type) {
    case PROPERTY_INTEGER:
        return is_whole(value) ? geo_cql2_add_integer(builder, 0, strtoll(value, NULL, 10), err)
                               : refuse(property, value, "a whole number", err);
    case PROPERTY_DATE:
        return geo_day_parse(value, len, &day)
                   ? geo_cql2_add_text(builder, GEO_CQL2_DATE, 0, value, len, err)
                   : refuse(property, value, "a day: wanted YYYY-MM-DD", err);
    case PROPERTY_INSTANT:
        return geo_instant_parse(value, len, &instant)
                   ? geo_cql2_add_text(builder, GEO_CQL2_TIMESTAMP, 0, value, len, err)
                   : refuse(property, value, "an instant of RFC 3339", err);
    default:
        return geo_cql2_add_text(builder, GEO_CQL2_TEXT, 0, value, len, err);
    }
}

/* One value, that can be equal to another. */
static bool is_simple(const struct property *property)
{
    return property->type == PROPERTY_INTEGER || property->type == PROPERTY_TEXT ||
           property->type == PROPERTY_DATE || property->type == PROPERTY_INSTANT;
}

bool filter_equal_is_given(const struct request *request)
{
    for (int i = 0; i < PARAM_COUNT_OF_ALL; i++)
        if (QUERY_PROPERTY_PARAMS & PARAM_BIT(i) && request_param(request, (enum param)i))
            return true;
    return false;
}

static node add_equal(struct geo_cql2_builder *builder, const struct collection *collection,
                      const char *name, const char *value, struct aro_error *err)
{
    size_t len = strlen(name);
    const struct property *property = property_find(collection->properties, name, len);
    if (!property || !is_simple(property)) {
        aro_error_set_for(err, name, ARO_BAD_INPUT, "%s is no property of %s", name,
                          collection->id);
        return NULL;
    }
    node sides[] = {geo_cql2_add_text(builder, GEO_CQL2_PROPERTY, 0, name, len, err), NULL};
    if (sides[0])
        sides[1] = add_value(builder, property, value, err);
    return sides[1] ? geo_cql2_add(builder, GEO_CQL2_EQUAL, 0, sides, 2, err) : NULL;
}

/* All the request's, behind the conditions that are there. False where one cannot be. */
static bool add_all(const struct request *request, const struct collection *collection,
                    struct geo_cql2_builder *builder, node *conditions, size_t *n,
                    struct aro_error *err)
{
    for (int i = 0; i < PARAM_COUNT_OF_ALL; i++) {
        const char *value = request_param(request, (enum param)i);
        if (!(QUERY_PROPERTY_PARAMS & PARAM_BIT(i)) || !value)
            continue;
        conditions[*n] = add_equal(builder, collection, param_infos[i].name, value, err);
        if (!conditions[(*n)++])
            return false;
    }
    return true;
}

struct geo_cql2_tree *filter_equal_join(const struct request *request,
                                        const struct collection *collection,
                                        struct geo_cql2_tree *tree, struct aro_error *err)
{
    node conditions[PARAM_COUNT_OF_ALL + 1], root = NULL;
    size_t n = 0;
    if (tree)
        conditions[n++] = geo_cql2_root(tree);
    struct geo_cql2_builder *builder =
        tree ? geo_cql2_builder_of(tree, err) : geo_cql2_builder_new(err);
    if (!builder)
        return NULL;
    if (add_all(request, collection, builder, conditions, &n, err))
        root = n > 1 ? geo_cql2_add(builder, GEO_CQL2_AND, 0, conditions, n, err) : conditions[0];
    if (root)
        return geo_cql2_build(builder, root, err);
    geo_cql2_builder_free(builder);
    return NULL;
}
