/*
 * The parameter properties= from outside: whatever the text, it is accepted when each of its names
 * is one of the collection's, and what is then written of a feature is JSON with no other members.
 * The first byte says which collection and which feature.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "server/collections.h"
#include "server/select.h"
#include "tests/fuzz/snapshot_made.h"

static const struct snapshot *snapshot; /* made before the first input */

static void require(bool condition)
{
    if (!condition)
        abort();
}

static bool names(const char *text, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = text; (at = strstr(at, name)) != NULL; at++)
        if ((at == text || at[-1] == ',') && (at[len] == ',' || at[len] == '\0'))
            return true;
    return false;
}

/* Each name is known: as many bytes are known names and commas as there are. */
static bool all_known(const char *text, const struct property_table *table)
{
    while (*text) {
        size_t len = strcspn(text, ","), i = 0;
        while (i < table->n && (strlen(table->items[i].name) != len ||
                                strncmp(table->items[i].name, text, len) != 0))
            i++;
        if (i == table->n || (text[len] == ',' && text[len + 1] == '\0'))
            return false;
        text += len + (text[len] == ',');
    }
    return true;
}

static void check_written(const char *text, const struct selection *selection,
                          const struct point_set *points, uint32_t position)
{
    struct aro_buffer out = {0};
    bool is_first = true;
    const struct feature_row row = {.position = position, .distance_m = NAN};
    selection_write(selection, &points->full, &row, &is_first, &out);
    require(!is_first && !out.failed);
    json_t *feature = json_loadb(out.data, out.len, 0, NULL);
    json_t *properties = json_object_get(feature, "properties"), *value;
    const char *key;
    require(json_is_object(properties));
    json_object_foreach(properties, key, value) require(names(text, key));
    json_decref(feature);
    aro_buffer_clear(&out);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    snapshot = snapshot_made();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[512];
    if (size == 0 || size > sizeof text)
        return 0;
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    bool of_communes = data[0] & 1;
    const struct collection *collection =
        &collections[of_communes ? COLLECTION_COMMUNES : COLLECTION_INITIATIVES];
    const struct property_table *table = collection->properties;
    const struct point_set *points = collection_points(collection, snapshot);
    const char *params[PARAM_COUNT_OF_ALL] = {[PARAM_PROPERTIES] = text};
    struct request request = {.params = params, .snapshot = snapshot};
    struct selection selection = {0};
    struct aro_error err = {0};
    bool ok = selection_parse(&request, collection, &selection, &err);
    require(ok == (*text && all_known(text, table)));
    require(ok || (err.status == ARO_BAD_INPUT && strcmp(err.parameter, "properties") == 0));
    require(selection_names(&request, "titre") == names(text, "titre"));
    if (ok)
        check_written(text, &selection, points, data[0] / 2);
    return 0;
}
