#include "schema/import_fiche.h"

#include <stdlib.h>
#include <string.h>

#include "geo/json.h"
#include "schema/import_lieu.h"
#include "schema/lists.h"

const char *const import_fiche_names[N_FICHE_COLUMNS] = {
    "source",   "source_id",       "titre",        "sous_titre",      "date",           "actions",
    "synthese", "outils",          "prestataires", "recommandations", "resultats",      "liens",
    "photos",   "videos",          "lieu",         "commune",         "commune_saisie", "themes",
    "statut",   "position_exacte", "position",
};

/* The columns of a file. */
enum column {
    SOURCE,
    SOURCE_ID,
    TITRE,
    SOUS_TITRE,
    DATE,
    ACTIONS,
    SYNTHESE,
    OUTILS,
    PRESTATAIRES,
    RECOMMANDATIONS,
    RESULTATS,
    LIENS,
    PHOTOS,
    VIDEOS,
    PERSONNES,
    LIEU_NOM,
    LIEU_ADRESSE,
    LIEU_CODE_POSTAL,
    LIEU_TELEPHONE,
    LIEU_TYPE,
    LIEU,
    COMMUNE,
    LON,
    LAT,
    X,
    Y,
    POSITION,
    THEMES,
    STATUT,
    N_COLUMNS,
};
_Static_assert((int)N_COLUMNS == (int)IMPORT_FICHE_N_COLUMNS, "as many as the header says");
_Static_assert((int)SOURCE_ID == (int)IMPORT_FICHE_SOURCE_ID, "where the header says");

static bool check_statut(const char *text, size_t text_len, struct aro_error *err)
{
    enum schema_statut statut;
    return schema_rule_statut(text, text_len, &statut, err);
}

static const char own_place[] = "exacte", place_of_commune[] = "commune";

static bool check_position(const char *text, size_t text_len, struct aro_error *err)
{
    static const char *const words[] = {own_place, place_of_commune, NULL};
    const char *one;
    return schema_rule_word(text, text_len, words, &one, err);
}

const struct import_column import_fiche_columns[N_COLUMNS] = {
    [SOURCE] = {"source", true, import_name},
    [SOURCE_ID] = {"source_id", true, import_name},
    [TITRE] = {"titre", true, import_titre},
    [SOUS_TITRE] = {"sous_titre", false, import_line},
    [DATE] = {"date", true, schema_rule_date},
    [ACTIONS] = {"actions", true, import_prose},
    [SYNTHESE] = {"synthese", false, import_prose},
    [OUTILS] = {"outils", false, import_prose},
    [PRESTATAIRES] = {"prestataires", false, import_prose},
    [RECOMMANDATIONS] = {"recommandations", false, import_prose},
    [RESULTATS] = {"resultats", false, import_prose},
    [LIENS] = {"liens", false, NULL},
    [PHOTOS] = {"photos", false, NULL},
    [VIDEOS] = {"videos", false, NULL},
    [PERSONNES] = {"personnes", false, NULL},
    [LIEU_NOM] = {"lieu_nom", false, NULL},
    [LIEU_ADRESSE] = {"lieu_adresse", false, NULL},
    [LIEU_CODE_POSTAL] = {"lieu_code_postal", false, NULL},
    [LIEU_TELEPHONE] = {"lieu_telephone", false, NULL},
    [LIEU_TYPE] = {"lieu_type", false, NULL},
    [LIEU] = {"lieu", false, NULL},
    [COMMUNE] = {"commune", true, import_commune_code},
    [LON] = {"lon", false, NULL},
    [LAT] = {"lat", false, NULL},
    [X] = {"x", false, NULL},
    [Y] = {"y", false, NULL},
    [POSITION] = {"position", false, check_position},
    [THEMES] = {"themes", true, NULL},
    [STATUT] = {"statut", false, check_statut},
};

/* A theme as sheets refer to it; by place in the taxonomy. */
struct theme {
    char id[12];
    int niveau;
};

struct import_fiche_reader {
    struct schema_places *places;
    struct import_position position;
    struct schema_keymap theme_ids; /* to indexes of themes */
    struct theme *themes;
    size_t n_themes, themes_capacity;
    struct aro_buffer liens, photos, videos, lieu, theme_list; /* JSON of the row at hand */
    unsigned char point[SCHEMA_POINT_BYTES];
};

/* ---- The reader ---- */

static bool add_theme(void *context, const struct schema_theme *row, struct aro_error *err)
{
    struct import_fiche_reader *reader = context;
    if (reader->n_themes == reader->themes_capacity) {
        size_t capacity = reader->themes_capacity ? 2 * reader->themes_capacity : 64;
        struct theme *themes = realloc(reader->themes, capacity * sizeof *themes);
        if (!themes)
            return aro_error_no_memory(err);
        reader->themes = themes;
        reader->themes_capacity = capacity;
    }
    struct theme *theme = &reader->themes[reader->n_themes];
    size_t len = strlen(row->id);
    if (len >= sizeof theme->id)
        return aro_error_set(err, ARO_IO, "theme id '%s' is too long", row->id);
    memcpy(theme->id, row->id, len + 1);
    theme->niveau = row->niveau;
    uint32_t existing;
    return schema_keymap_put(&reader->theme_ids, row->id, len, (uint32_t)reader->n_themes++,
                             &existing, err);
}

bool import_fiche_reader_new(struct import_run *run, struct import_fiche_reader **out_reader,
                             struct aro_error *err)
{
    struct import_fiche_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return aro_error_no_memory(err);
    reader->position = (struct import_position){LON, LAT, X, Y, NULL};
    if (import_position_begin(&reader->position, run->options->crs, err) &&
        schema_places_load(run->store, &reader->places, err) &&
        schema_read_themes(run->store, add_theme, reader, err)) {
        *out_reader = reader;
        return true;
    }
    import_fiche_reader_free(reader);
    return false;
}

void import_fiche_reader_free(struct import_fiche_reader *reader)
{
    if (!reader)
        return;
    schema_places_free(reader->places);
    import_position_end(&reader->position);
    schema_keymap_clear(&reader->theme_ids);
    free(reader->themes);
    aro_buffer_clear(&reader->liens);
    aro_buffer_clear(&reader->photos);
    aro_buffer_clear(&reader->videos);
    aro_buffer_clear(&reader->lieu);
    aro_buffer_clear(&reader->theme_list);
    free(reader);
}

/* ---- Lists ---- */

struct url_list {
    struct import_row *row;
    size_t column;
    struct aro_buffer *out;
};

static bool add_url(void *context, const char *text, size_t text_len, struct aro_error *err)
{
    struct url_list *list = context;
    struct aro_error why = {0};
    (void)err; /* one bad address does not hide the next */
    if (!schema_rule_url(text, text_len, &why))
        import_problem_at(list->row, list->column, text, text_len, why.message);
    aro_buffer_char(list->out, list->out->len ? ',' : '[');
    aro_json_string(list->out, text, text_len);
    return true;
}

static struct schema_value read_urls(struct import_row *row, size_t column, struct aro_buffer *out)
{
    struct import_text field = row->values[column];
    struct url_list list = {row, column, out};
    struct aro_error why = {0};
    out->len = 0;
    if (!field.text)
        return (struct schema_value){0};
    if (!schema_list_each(field.text, field.len, add_url, &list, &why))
        import_problem(row, column, why.message);
    if (out->len == 0)
        return (struct schema_value){0};
    aro_buffer_char(out, ']');
    return schema_value_text(out->data, out->len);
}

/* ---- Themes ---- */

struct theme_list {
    struct import_row *row;
    const struct import_fiche_reader *reader;
    uint32_t items[SCHEMA_LIST_MAX_ITEMS]; /* ascending: taxonomy order; each once */
    size_t n;
};

static void insert_theme(struct theme_list *list, uint32_t theme)
{
    size_t at = list->n;
    while (at > 0 && list->items[at - 1] >= theme)
        at--;
    if (at < list->n && list->items[at] == theme)
        return;
    memmove(list->items + at + 1, list->items + at, (list->n - at) * sizeof *list->items);
    list->items[at] = theme;
    list->n++;
}

static bool add_theme_id(void *context, const char *text, size_t text_len, struct aro_error *err)
{
    struct theme_list *list = context;
    const struct import_fiche_reader *reader = list->reader;
    (void)err; /* one bad theme does not hide the next */
    uint32_t theme = schema_keymap_find(&reader->theme_ids, text, text_len);
    if (theme == SCHEMA_KEYMAP_NONE)
        import_problem_at(list->row, THEMES, text, text_len,
                          "no such theme in the store; usage ids, such as 1a1, were wanted (import "
                          "themes first)");
    else if (reader->themes[theme].niveau != 3)
        import_problem_at(list->row, THEMES, text, text_len,
                          "an axe or enjeu; usage ids, such as 1a1, were wanted");
    else
        insert_theme(list, theme);
    return true;
}

static struct schema_value read_themes(struct import_fiche_reader *reader, struct import_row *row)
{
    struct import_text field = row->values[THEMES];
    struct theme_list list = {.row = row, .reader = reader};
    struct aro_buffer *out = &reader->theme_list;
    struct aro_error why = {0};
    out->len = 0;
    if (!field.text)
        return (struct schema_value){0};
    if (!schema_list_each(field.text, field.len, add_theme_id, &list, &why))
        import_problem(row, THEMES, why.message);
    else if (list.n == 0 && !row->refused)
        import_problem(row, THEMES, "at least one usage was wanted");
    for (size_t i = 0; i < list.n; i++) {
        aro_buffer_char(out, i ? ',' : '[');
        aro_json_text(out, reader->themes[list.items[i]].id);
    }
    aro_buffer_char(out, ']');
    return schema_value_text(out->data, out->len);
}

/* ---- The sheet ---- */

/* Our exports give each sheet a place, and say where it is but its commune's. */
static bool is_of_commune(const struct import_row *row)
{
    struct import_text position = row->values[POSITION];
    return position.text && position.len == sizeof place_of_commune - 1 &&
           memcmp(position.text, place_of_commune, position.len) == 0;
}

static void read_position(struct import_fiche_reader *reader, struct import_row *row,
                          const struct schema_place *place, struct import_fiche *out)
{
    bool exact = !is_of_commune(row) && import_position_read(row, &reader->position,
                                                             place && place->metro, &out->position);
    out->has_position = exact || (place && place->has_centre);
    if (!exact && out->has_position)
        out->position = place->centre;
    if (out->has_position)
        schema_point_encode(out->position, reader->point);
    out->values[FICHE_POSITION_EXACTE] = schema_value_integer(exact);
    out->values[FICHE_POSITION] =
        schema_value_blob(out->has_position ? reader->point : NULL, sizeof reader->point);
}

static void copy_texts(const struct import_row *row, struct import_fiche *out)
{
    static const struct {
        enum import_fiche_column to;
        enum column from;
    } texts[] = {
        {FICHE_SOURCE, SOURCE},
        {FICHE_SOURCE_ID, SOURCE_ID},
        {FICHE_TITRE, TITRE},
        {FICHE_SOUS_TITRE, SOUS_TITRE},
        {FICHE_DATE, DATE},
        {FICHE_ACTIONS, ACTIONS},
        {FICHE_SYNTHESE, SYNTHESE},
        {FICHE_OUTILS, OUTILS},
        {FICHE_PRESTATAIRES, PRESTATAIRES},
        {FICHE_RECOMMANDATIONS, RECOMMANDATIONS},
        {FICHE_RESULTATS, RESULTATS},
        {FICHE_STATUT, STATUT},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        out->values[texts[i].to] = import_value(row, texts[i].from);
    if (!row->values[STATUT].text) {
        const char *published = schema_statut_name(SCHEMA_PUBLISHED);
        out->values[FICHE_STATUT] = schema_value_text(published, strlen(published));
    }
}

bool import_fiche_read(struct import_fiche_reader *reader, struct import_row *row,
                       struct import_fiche *out_fiche, struct aro_error *err)
{
    static const struct import_lieu_columns lieu = {LIEU_NOM,       LIEU_ADRESSE, LIEU_CODE_POSTAL,
                                                    LIEU_TELEPHONE, LIEU_TYPE,    LIEU};
    const struct schema_place *place = import_place(row, COMMUNE, reader->places);
    copy_texts(row, out_fiche);
    out_fiche->values[FICHE_LIENS] = read_urls(row, LIENS, &reader->liens);
    out_fiche->values[FICHE_PHOTOS] = read_urls(row, PHOTOS, &reader->photos);
    out_fiche->values[FICHE_VIDEOS] = read_urls(row, VIDEOS, &reader->videos);
    out_fiche->values[FICHE_LIEU] = import_lieu_read(row, &lieu, &reader->lieu);
    out_fiche->values[FICHE_THEMES] = read_themes(reader, row);
    import_personnes_read(row, PERSONNES, &out_fiche->personnes);
    read_position(reader, row, place, out_fiche);
    if (place) {
        out_fiche->values[FICHE_COMMUNE] = schema_value_text(place->code, strlen(place->code));
        out_fiche->values[FICHE_COMMUNE_SAISIE] = import_given_code(row, COMMUNE, place);
    }
    return aro_buffer_ok(&reader->liens, err) && aro_buffer_ok(&reader->photos, err) &&
           aro_buffer_ok(&reader->videos, err) && aro_buffer_ok(&reader->lieu, err) &&
           aro_buffer_ok(&reader->theme_list, err);
}
