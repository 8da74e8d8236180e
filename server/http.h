/*
 * Requests and responses as handlers see them, and the one table of routes.
 *
 * Nothing here shows libmicrohttpd (that is http.c). A handler gets a checked request (method,
 * path, parameters known to its route, format negotiated) with a reference to the snapshot, fills
 * the response, and returns; or records an error and returns false, and the response path makes the
 * problem document. ETag, 304, gzip, HEAD, CORS, Cache-Control, Vary and Server-Timing are the
 * response path's, never a handler's.
 */
#ifndef ARO_SERVER_HTTP_H
#define ARO_SERVER_HTTP_H

#include "geo/buffer.h"
#include "server/settings.h"
#include "server/snapshot.h"
#include "server/words.h"

/* ---- Parameters: described once, in params.c; routes name them by bit. ---- */

enum param {
    PARAM_F,
    PARAM_DIALECT,
    PARAM_LANG, /* of every route that has pages: route_params() */
    PARAM_BBOX,
    PARAM_BBOX_CRS,
    PARAM_NEAR,
    PARAM_RADIUS,
    PARAM_COMMUNE,
    PARAM_EPCI,
    PARAM_DEPARTEMENT,
    PARAM_REGION,
    PARAM_AXE,
    PARAM_ENJEU,
    PARAM_USAGE,
    PARAM_NIVEAU,
    PARAM_DATETIME,
    PARAM_Q,
    PARAM_FILTER,
    PARAM_FILTER_LANG,
    PARAM_FILTER_CRS,
    PARAM_LIMIT,
    PARAM_CURSOR,
    PARAM_OFFSET,
    PARAM_ID, /* from here on properties; nom, code, siren and zone are among API Géo's */
    PARAM_TITRE,
    PARAM_DATE,
    PARAM_COMMUNE_NOM,
    PARAM_POPULATION,
    PARAM_INITIATIVES,
    PARAM_COMMUNES,
    PARAM_COMMUNES_LABELLISEES,
    PARAM_ANNEE,
    PARAM_SOUS_TITRE,
    PARAM_ACTIONS,
    PARAM_SYNTHESE,
    PARAM_OUTILS,
    PARAM_PRESTATAIRES,
    PARAM_RECOMMANDATIONS,
    PARAM_RESULTATS,
    PARAM_POSITION,
    PARAM_SOURCE,
    PARAM_SOURCE_ID,
    PARAM_CREATED_AT,
    PARAM_UPDATED_AT,
    PARAM_VERSION,
    PARAM_SORTBY,
    PARAM_RESULT_TYPE,
    PARAM_PROFILE,
    PARAM_PROPERTIES,
    PARAM_CRS,
    PARAM_ZOOM,
    PARAM_LON,
    PARAM_LAT,
    PARAM_BY,
    PARAM_CLUSTER,
    PARAM_NOM, /* from here on those of API Géo */
    PARAM_CODE,
    PARAM_CODE_POSTAL,
    PARAM_SIREN,
    PARAM_CODE_EPCI,
    PARAM_CODE_DEPARTEMENT,
    PARAM_CODE_REGION,
    PARAM_ANCIEN_CODE,
    PARAM_CODE_PARENT,
    PARAM_CHEF_LIEU,
    PARAM_TYPE,
    PARAM_ZONE,
    PARAM_FIELDS,
    PARAM_FORMAT,
    PARAM_GEOMETRY,
    PARAM_BOOST,
    PARAM_URL, /* from here on those of embeds */
    PARAM_MAXWIDTH,
    PARAM_MAXHEIGHT,
    PARAM_VUE,
    PARAM_COULEUR,
    PARAM_HAUTEUR,
    PARAM_CONSENTEMENT,
    PARAM_LIEU,
    PARAM_V,
    PARAM_COUNT_OF_ALL
};
/** A set of parameters: there are more than 64 of them. */
typedef unsigned __int128 param_set;
#define PARAM_BIT(param) ((param_set)1 << (param))

struct param_info {
    const char *name;        /* "bbox" */
    const char *description; /* English, for OpenAPI */
    const char *schema;      /* its JSON Schema, as text */
    const char *example;     /* NULL where there is none */
};
extern const struct param_info param_infos[PARAM_COUNT_OF_ALL];

/* ---- Formats ---- */

enum format {
    FORMAT_JSON = 1,
    FORMAT_GEOJSON = 2,
    FORMAT_HTML = 4,
    FORMAT_OPENAPI = 8,
    FORMAT_TEXT = 16,
    FORMAT_MVT = 32,
    FORMAT_CSV = 64,
    FORMAT_GEOJSONSEQ = 128, /* RFC 8142 */
    FORMAT_GEOJSONL = 256,   /* a feature a line */
    FORMAT_FGB = 512,
    FORMAT_GPKG = 1024,
    FORMAT_ATOM = 2048,
    FORMAT_SCHEMA = 4096, /* JSON Schema */
};
/** Those that are files: they have no limit of features and no links of their own. */
#define FORMAT_FILES (FORMAT_CSV | FORMAT_GEOJSONSEQ | FORMAT_GEOJSONL | FORMAT_FGB | FORMAT_GPKG)

/* ---- Requests ---- */

enum { REQUEST_MAX_PATH_VALUES = 4 };

struct server; /* state.h: for the program's own routes (probes, metrics, OpenAPI) */

/** Valid until the handler returns. */
struct request {
    const struct route *route;
    const char *path;                                 /* decoded, "/collections/communes" */
    const char *path_values[REQUEST_MAX_PATH_VALUES]; /* of {…} in the pattern, in order */
    enum format format;                               /* one of the route's */
    const char *base_url;                             /* absolute, no slash at the end */
    const struct settings *settings;
    struct server *server;
    const struct snapshot *snapshot; /* the response keeps a reference until it is sent; NULL
                                        only where needs_no_snapshot and none is loaded */
    const char *const *params;       /* by enum param: decoded value, NULL when not given */
    const char *query;               /* canonical: known parameters, sorted by name, encoded */
    enum language language;          /* of a page: lang=, else Accept-Language, else French */
    bool for_page;                   /* the answer goes into a page for people (page.h) */
    bool accepts_gzip;               /* and likes it no less than plain bytes */
};

/** Value of a parameter, NULL when not given. */
const char *request_param(const struct request *request, enum param param);

/**
 * Appends an absolute link to this route with the request's parameters, one of them replaced.
 * A cursor takes the place of an offset: setting PARAM_CURSOR leaves PARAM_OFFSET out.
 *
 * @param param  the parameter to set, or PARAM_COUNT_OF_ALL for none
 * @param value  NULL leaves that parameter out
 */
void request_link(const struct request *request, struct aro_buffer *out, enum param param,
                  const char *value);

/** The two parts of such a link that stand around the value of the parameter. */
void request_link_around(const struct request *request, enum param param,
                         struct aro_buffer *out_before, struct aro_buffer *out_behind);

/* ---- Responses ---- */

struct response;

/** Default: the type of request->format. */
void response_set_type(struct response *response, const char *content_type);
/** A header of its own, such as Link or Location: the name a literal, the value copied. */
void response_add_header(struct response *response, const char *name, const char *value);
/** Only where it is not 200. */
void response_set_status(struct response *response, unsigned status);

/** Where the route is tagged_by_handler: the ETag, made from the plain bytes of the body. */
void response_set_tag(struct response *response, uint64_t tag);
/** The body is one gzip member already: only where the request accepts_gzip. */
void response_set_gzipped(struct response *response);

/** The body is the pieces in the order of these calls. `bytes` must live as long as the snapshot
 * (or the program): they are sent from where they are. */
void response_add_static(struct response *response, const void *bytes, size_t len);
/** The same for texts `first` to `end`, of which `packed` may make a gzip body; it may be NULL. */
void response_add_texts(struct response *response, const void *bytes, size_t len,
                        const struct packed *packed, struct geo_run texts);
/** Copied. */
void response_add_copy(struct response *response, const void *bytes, size_t len);
/** The buffer to print into: what it holds comes at this place of the body. */
struct aro_buffer *response_buffer(struct response *response);

/** The body is a file, sent from its start and then closed. Takes the descriptor. */
void response_set_file(struct response *response, int fd, uint64_t bytes);

/** Where a body comes from that is made while it is sent (server/stream.h). */
struct stream_source {
    void *state;
    /**
     * Appends what comes next: some tens of kilobytes at a time, made in some milliseconds; or
     * nothing yet, where there is work to do before. Sets out_end with the last of it.
     *
     * @param err  the body is broken off, and the client sees that it was
     */
    bool (*pull)(void *state, struct aro_buffer *out, bool *out_end, struct aro_error *err);
    void (*free)(void *state);
};
/**
 * The body is what the source gives, and nothing else. A short one is made at once, and sent as any
 * other; else it streams, the snapshot lives until it is sent, and in memory is never more than
 * some pieces of it. Takes the source's state, on failure too.
 *
 * @param err  what the source fails with before the first byte is sent; ARO_NO_MEMORY
 */
bool response_set_source(struct response *response, const struct stream_source *source,
                         struct aro_error *err);

/* ---- Routes ---- */

/** Fills the response; false and err for a problem document (its status from err->status). */
typedef bool handler_fn(const struct request *request, struct response *response,
                        struct aro_error *err);

/**
 * How a route takes the body of a POST. The snapshot is the same from begin to answer. Each call
 * but the last may fail, which ends the upload with a problem document.
 */
struct upload_handler {
    const char *summary; /* English, for OpenAPI */
    const char *type;    /* of the body, and of the answer */
    /** @return  what the other calls get; NULL on failure */
    void *(*begin)(const struct snapshot *snapshot, const struct settings *settings,
                   struct aro_error *err);
    bool (*take)(void *state, const char *bytes, size_t len, struct aro_error *err);
    /** The body has ended: fills the response. */
    bool (*answer)(void *state, struct response *response, struct aro_error *err);
    void (*free)(void *state);
};

/** One line of the table in routes.c, from which routing, OpenAPI and documentation are made. */
struct route {
    const char *pattern; /* "/collections/{collection}/items/{id}"; "{path*}" takes the rest */
    handler_fn *handler;
    param_set params; /* PARAM_BIT()s */
    unsigned formats; /* enum format bits; the first listed is the default */
    enum format default_format;
    bool lenient;           /* pages: unknown parameters are ignored; else they are 400 */
    bool is_list;           /* of FORMAT_JSON: an array, not an object */
    bool tagged_by_handler; /* the ETag follows from the bytes: response_set_tag() */
    bool needs_no_snapshot; /* probes and assets: answers before the data is there */
    bool embedded;          /* shown on other sites: headers_add_page_security() */
    const char
        *cache_control;  /* NULL: the default for data, "public, max-age=0, must-revalidate" … */
    const char *page;    /* template that FORMAT_HTML fills with the JSON answer (page.h); NULL: the
                            handler writes HTML itself, or there is none */
    const char *summary; /* English; NULL keeps it out of OpenAPI */
    const char *tag;     /* group in OpenAPI */
    const char *operation; /* operationId where a standard names it; NULL: made of the pattern */
    const struct upload_handler *upload; /* of a POST, which takes no parameters; NULL: none */
};
extern const struct route routes[];
extern const size_t n_routes;
/** Those of the metrics listener. */
extern const struct route metrics_routes[];
extern const size_t n_metrics_routes;

#endif
