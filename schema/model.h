/*
 * The data in its own words: what a commune, a territory, a label, a theme, an initiative is.
 *
 * Texts are terminated UTF-8; NULL where there is none. Codes are text, never numbers. In rows
 * that a store hands out, texts are borrowed for the call.
 */
#ifndef ARO_SCHEMA_MODEL_H
#define ARO_SCHEMA_MODEL_H

#include "geo/coord.h"

enum { SCHEMA_TITRE_MAX_CHARS = 200, SCHEMA_POPULATION_UNKNOWN = -1 };

enum schema_statut { SCHEMA_PUBLISHED, SCHEMA_PROPOSED, SCHEMA_REJECTED, SCHEMA_ARCHIVED };

enum schema_territory_kind { SCHEMA_REGION, SCHEMA_DEPARTEMENT, SCHEMA_EPCI };

/** A commune of today. */
struct schema_commune {
    const char *code; /* INSEE code such as "2A004" */
    const char *nom;
    int64_t population;        /* SCHEMA_POPULATION_UNKNOWN where not known */
    const char *codes_postaux; /* compact JSON array of text: ["01500"] */
    const char *epci;          /* NULL for the communes in none */
    const char *departement, *region;
    const char *siren;       /* NULL where there is none */
    const char *zone;        /* "metro", "drom" or "com" */
    bool has_centre;         /* false: neither a town hall nor a contour known */
    struct geo_coord centre; /* the town hall, or else a point on the surface of the contour */
};

/** A name or code that leads to a commune of today: former codes, arrondissements, déléguées. */
struct schema_alias {
    const char *code;          /* NULL: only a name */
    const char *nom;           /* NULL: only a code */
    const char *kind;          /* "ancienne", "arrondissement-municipal", "commune-deleguee", … */
    const char *commune;       /* code of the commune of today */
    int64_t population;        /* SCHEMA_POPULATION_UNKNOWN where not known */
    const char *codes_postaux; /* compact JSON array of text */
};

struct schema_territory {
    const char *code, *nom;
    const char *region;    /* of a département; NULL otherwise */
    const char *chef_lieu; /* a commune's code; NULL where there is none, and of an EPCI */
    const char *zone;      /* "metro", "drom" or "com"; NULL of an EPCI */
    const char *type;      /* of an EPCI: "CC", "CA", "CU", …; NULL otherwise */
};

/** One line of the taxonomy; parents come before their children. */
struct schema_theme {
    const char *id;     /* "1", "1a", "1a1" */
    const char *parent; /* NULL for an axe */
    const char *libelle;
    int niveau; /* 1 axe, 2 enjeu, 3 usage */
};

struct schema_label {
    const char *commune;
    int annee;
    int niveau;           /* 1 to 5 arobases */
    const char *mentions; /* compact JSON array of text */
};

/** A public initiative as readers see it: personnes are in no such row, by construction. */
struct schema_initiative {
    int64_t id;
    const char *source, *source_id;
    const char *titre, *sous_titre;
    const char *date; /* YYYY-MM-DD */
    const char *actions, *synthese, *outils, *prestataires, *recommandations, *resultats;
    const char *liens, *photos, *videos; /* compact JSON arrays of text, NULL when empty */
    const char *lieu;                    /* compact JSON object, NULL when empty */
    const char *commune;                 /* code of the commune of today */
    const char *themes;                  /* compact JSON array of usage ids, in taxonomy order */
    bool has_position;                   /* false: neither a place given nor a centre known */
    bool position_exacte;                /* false: stands at the commune's centre */
    struct geo_coord position;
    const char *created_at, *updated_at; /* RFC 3339, UTC */
    int64_t version, seq;
};

#endif
