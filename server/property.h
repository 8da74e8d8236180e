/*
 * The properties of the public features, collection by collection: the one list from which
 * queryables, sortables, schemas, filters, sorting and the columns of files are made.
 *
 * A table has the members of a feature's `properties`, in the order of the public documentation
 * and of the features' texts. Those that stand in columns can be read by position, and, where they
 * have an order, sorted by (a sortable). Others are only in the features' texts: long prose, lists
 * of links. Conditions may be put on either (a queryable).
 *
 * Everything here is constant, and may be shared by threads.
 */
#ifndef ARO_SERVER_PROPERTY_H
#define ARO_SERVER_PROPERTY_H

#include "server/snapshot.h"

/** What a property is, and which member of struct property_value holds it. */
enum property_type {
    PROPERTY_INTEGER,  /* integer */
    PROPERTY_NUMBER,   /* in no column */
    PROPERTY_TEXT,     /* text */
    PROPERTY_DATE,     /* day */
    PROPERTY_INSTANT,  /* RFC 3339, UTC; in no column */
    PROPERTY_TEXTS,    /* a list of texts; in columns a set of few: set */
    PROPERTY_JSON,     /* any other JSON value; in no column */
    PROPERTY_GEOMETRY, /* coord; outside of `properties` */
};

/** len bytes, without a terminator, that live as long as the snapshot. Plain value. */
struct property_text {
    const char *bytes;
    size_t len;
};

/** Plain value; which member counts is the property's type. */
struct property_value {
    bool is_null;
    union {
        int64_t integer;
        int32_t day; /* since 1970-01-01 */
        struct property_text text;
        uint64_t set; /* bit i: the dictionary's text i; never null */
        struct geo_coord coord;
    };
};

/**
 * The texts that a property can have: code i is text i. Two codes may have one text (communes of
 * one name).
 */
struct property_dictionary {
    uint32_t (*n)(const struct snapshot *snapshot);
    struct property_text (*text)(const struct snapshot *snapshot, uint32_t code);
    bool is_closed; /* few, and worth listing where the property is described */
};

typedef struct property_value property_read_fn(const struct snapshot *snapshot, uint32_t position);
/** A code of the dictionary, or SNAPSHOT_NONE for null. */
typedef uint32_t property_code_fn(const struct snapshot *snapshot, uint32_t position);

struct property {
    const char *name;
    enum property_type type;
    const char *title;                            /* French */
    const char *description;                      /* English */
    property_read_fn *read;                       /* NULL: by its code, or only in the texts */
    property_code_fn *code;                       /* of TEXT; NULL: has no dictionary */
    const struct property_dictionary *dictionary; /* of TEXT with a code, and of TEXTS with read */
    const char *const *values;                    /* all that a TEXT can be, to a NULL; or NULL */
    const char *schema; /* of JSON: what it is, as members of a JSON Schema */
    int min, max;       /* of an INTEGER, both included; both 0: whatever it may be */
};

struct property_table {
    const struct property *items; /* the members of `properties` */
    size_t n;
    size_t n_compact;          /* the first so many are in profile=compact; 0: no such profile */
    const struct property *id; /* among the items, or beside them */
    const struct property *geometry;
    const struct property *instant; /* the date that datetime= means; or NULL */
};

extern const struct property_table properties_of_initiatives, properties_of_communes,
    properties_of_epcis, properties_of_departements, properties_of_regions, properties_of_labels;

/** What near= adds behind a feature's properties: metres. */
extern const struct property property_distance_m;

/** Which of the items has the name; n where none has. */
size_t property_index(const struct property_table *table, const char *name, size_t name_len);

/** By name, id and geometry too; NULL: the collection has no such property. */
const struct property *property_find(const struct property_table *table, const char *name,
                                     size_t name_len);

/** True where columns hold it: property_read() may be called. */
bool property_is_readable(const struct property *property);

/** True where conditions can be put on it: all but lists and objects of their own making. */
bool property_is_queryable(const struct property *property);

/** True where it can be sorted by. */
bool property_is_sortable(const struct property *property);

/** The value at a position of the property's collection. Only of what is readable. */
struct property_value property_read(const struct property *property,
                                    const struct snapshot *snapshot, uint32_t position);

/* ---- For the tables ---- */

/** The geometry of a point set's position. */
struct property_value property_of_point(const struct point_set *points, uint32_t position);
/** A terminated text; NULL is null. */
struct property_value property_of_text(const char *text);
/** Null below 0. */
struct property_value property_of_count(int64_t count);

/** The codes and names of communes, by position; the codes of territories, by number. */
extern const struct property_dictionary property_communes, property_noms;
extern const struct property_dictionary property_epcis, property_departements, property_regions;

#endif
