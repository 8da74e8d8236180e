#include "server/feature_text.h"

#include "geo/json.h"

static void open_feature(struct aro_buffer *out)
{
    aro_buffer_text(out, ",{\"type\":\"Feature\",\"id\":");
}

static void write_geometry(struct aro_buffer *out, bool has_position, struct geo_coord position)
{
    aro_buffer_text(out, ",\"geometry\":");
    if (!has_position) {
        aro_buffer_text(out, "null");
        return;
    }
    aro_buffer_text(out, "{\"type\":\"Point\",\"coordinates\":");
    geo_coord_write_position(out, position);
    aro_buffer_char(out, '}');
}

/* `separator_and_name` as it stands in the text: ,"nom": */
static void write_text(struct aro_buffer *out, const char *separator_and_name, const char *text)
{
    aro_buffer_text(out, separator_and_name);
    aro_json_text(out, text);
}

static void write_optional_text(struct aro_buffer *out, const char *separator_and_name,
                                const char *text)
{
    if (text)
        write_text(out, separator_and_name, text);
}

static void write_raw(struct aro_buffer *out, const char *separator_and_name, const char *json)
{
    aro_buffer_text(out, separator_and_name);
    aro_buffer_text(out, json ? json : "null");
}

static void write_optional_raw(struct aro_buffer *out, const char *separator_and_name,
                               const char *json)
{
    if (json)
        write_raw(out, separator_and_name, json);
}

static void write_integer(struct aro_buffer *out, const char *separator_and_name, int64_t value)
{
    aro_buffer_text(out, separator_and_name);
    aro_json_integer(out, value);
}

static void write_niveau(struct aro_buffer *out, int niveau)
{
    if (niveau > 0)
        write_integer(out, ",\"niveau\":", niveau);
    else
        aro_buffer_text(out, ",\"niveau\":null");
}

static void write_axes(struct aro_buffer *out, const struct feature_initiative *feature)
{
    aro_buffer_text(out, ",\"axes\":[");
    for (size_t i = 0; i < feature->n_axes; i++) {
        if (i > 0)
            aro_buffer_char(out, ',');
        aro_json_text(out, feature->axes[i]);
    }
    aro_buffer_char(out, ']');
}

void feature_initiative_compact(struct aro_buffer *out, const struct feature_initiative *feature)
{
    const struct schema_initiative *row = feature->row;
    open_feature(out);
    aro_json_integer(out, row->id);
    write_geometry(out, row->has_position, row->position);
    write_text(out, ",\"properties\":{\"titre\":", row->titre);
    write_text(out, ",\"date\":", row->date);
    write_text(out, ",\"commune\":", row->commune);
    write_text(out, ",\"commune_nom\":", feature->commune_nom);
    write_axes(out, feature);
    write_raw(out, ",\"themes\":", row->themes);
    write_niveau(out, feature->niveau);
    aro_buffer_text(out, "}}");
}

void feature_initiative_full(struct aro_buffer *out, const struct feature_initiative *feature,
                             const char *compact, size_t compact_len)
{
    enum { CLOSING_BRACES = 2 };
    const struct schema_initiative *row = feature->row;
    aro_buffer_append(out, compact, compact_len - CLOSING_BRACES);
    write_optional_text(out, ",\"sous_titre\":", row->sous_titre);
    write_optional_text(out, ",\"actions\":", row->actions);
    write_optional_text(out, ",\"synthese\":", row->synthese);
    write_optional_text(out, ",\"outils\":", row->outils);
    write_optional_text(out, ",\"prestataires\":", row->prestataires);
    write_optional_text(out, ",\"recommandations\":", row->recommandations);
    write_optional_text(out, ",\"resultats\":", row->resultats);
    write_optional_raw(out, ",\"liens\":", row->liens);
    write_optional_raw(out, ",\"photos\":", row->photos);
    write_optional_raw(out, ",\"videos\":", row->videos);
    write_optional_raw(out, ",\"lieu\":", row->lieu);
    write_text(out, ",\"epci\":", feature->epci);
    write_text(out, ",\"departement\":", feature->departement);
    write_text(out, ",\"region\":", feature->region);
    write_text(out, ",\"position\":",
               !row->has_position     ? NULL
               : row->position_exacte ? "exacte"
                                      : "commune");
    write_text(out, ",\"source\":", row->source);
    write_text(out, ",\"source_id\":", row->source_id);
    write_text(out, ",\"created_at\":", row->created_at);
    write_text(out, ",\"updated_at\":", row->updated_at);
    write_integer(out, ",\"version\":", row->version);
    aro_buffer_text(out, "}}");
}

/* Names stand in texts with their quotes escaped: this is found where it was written only. */
#define INITIATIVES ",\"initiatives\":"

void feature_recounted(struct aro_buffer *out, const char *text, size_t len, uint32_t n_initiatives)
{
    static const char before[] = INITIATIVES;
    const char *end = text + len, *from = memmem(text, len, before, sizeof before - 1);
    if (!from) { /* it has no number */
        aro_buffer_append(out, text, len);
        return;
    }
    aro_buffer_append(out, text, (size_t)(from - text));
    write_integer(out, before, n_initiatives);
    from += sizeof before - 1;
    while (from < end && *from >= '0' && *from <= '9')
        from++;
    aro_buffer_append(out, from, (size_t)(end - from));
}

static void write_population(struct aro_buffer *out, int64_t population)
{
    if (population == SCHEMA_POPULATION_UNKNOWN)
        aro_buffer_text(out, ",\"population\":null");
    else
        write_integer(out, ",\"population\":", population);
}

static void write_labels(struct aro_buffer *out, const struct feature_commune *feature)
{
    aro_buffer_text(out, ",\"labels\":[");
    for (size_t i = 0; i < feature->n_labels; i++) {
        write_integer(out, i > 0 ? ",{\"annee\":" : "{\"annee\":", feature->labels[i].annee);
        write_integer(out, ",\"niveau\":", feature->labels[i].niveau);
        aro_buffer_char(out, '}');
    }
    aro_buffer_char(out, ']');
}

void feature_commune(struct aro_buffer *out, const struct feature_commune *feature)
{
    const struct schema_commune *row = feature->row;
    open_feature(out);
    aro_json_text(out, row->code);
    write_geometry(out, row->has_centre, row->centre);
    write_text(out, ",\"properties\":{\"code\":", row->code);
    write_text(out, ",\"nom\":", row->nom);
    write_population(out, row->population);
    write_raw(out, ",\"codes_postaux\":", row->codes_postaux ? row->codes_postaux : "[]");
    write_text(out, ",\"epci\":", row->epci);
    write_text(out, ",\"departement\":", row->departement);
    write_text(out, ",\"region\":", row->region);
    write_text(out, ",\"siren\":", row->siren);
    write_text(out, ",\"zone\":", row->zone);
    write_niveau(out, feature->niveau);
    write_integer(out, INITIATIVES, feature->n_initiatives);
    write_labels(out, feature);
    aro_buffer_text(out, "}}");
}

void feature_territory(struct aro_buffer *out, const struct feature_territory *feature)
{
    open_feature(out);
    aro_json_text(out, feature->code);
    write_geometry(out, feature->has_centre, feature->centre);
    write_text(out, ",\"properties\":{\"code\":", feature->code);
    write_text(out, ",\"nom\":", feature->nom);
    write_population(out, feature->population);
    write_integer(out, ",\"communes\":", feature->n_communes);
    write_integer(out, INITIATIVES, feature->n_initiatives);
    write_integer(out, ",\"communes_labellisees\":", feature->n_labelled);
    aro_buffer_text(out, "}}");
}

void feature_label_alone(struct aro_buffer *out, const char *id, const struct schema_label *row,
                         const char *commune_nom, bool has_centre, struct geo_coord centre)
{
    open_feature(out);
    aro_json_text(out, id);
    write_geometry(out, has_centre, centre);
    write_text(out, ",\"properties\":{\"commune\":", row->commune);
    write_text(out, ",\"commune_nom\":", commune_nom);
    write_integer(out, ",\"annee\":", row->annee);
    write_integer(out, ",\"niveau\":", row->niveau);
    write_raw(out, ",\"mentions\":", row->mentions ? row->mentions : "[]");
    aro_buffer_text(out, "}}");
}
