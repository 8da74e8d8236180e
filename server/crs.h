/*
 * The coordinate reference systems that are served, the parameters that name one, and positions as
 * answers have them.
 *
 * Source: OGC 18-058r1 (Features Part 2). GeoJSON has a system's axes in the authority's order, as
 * the standard wants; files (CSV, FlatGeobuf, GeoPackage) have x or longitude first whatever the
 * system, as their formats do.
 */
#ifndef ARO_SERVER_CRS_H
#define ARO_SERVER_CRS_H

#include "geo/proj.h"
#include "server/http.h"

/** Constant. */
struct crs {
    const char *uri;       /* "http://www.opengis.net/def/crs/EPSG/0/2154" */
    const char *authority; /* "EPSG" */
    const char *code;      /* "2154" */
    int epsg;              /* of files, which have longitude first anyway: CRS84 is 4326 there */
    bool is_stored;        /* positions are the stored degrees: WGS 84, and ETRS89, which PROJ takes
                              to be at the same place; else they are transformed, in metres */
    bool is_latitude_first;
};
/** Of them [0] is what is stored, and the default: OGC:CRS84. */
extern const struct crs crs_systems[];
extern const size_t n_crs_systems;

/**
 * A system by its URI, "urn:ogc:def:crs:EPSG::2154", "EPSG:2154" or "[EPSG:2154]", authorities in
 * any case.
 *
 * @return  NULL where it is none of those that are served
 */
const struct crs *crs_find(const char *text);

/**
 * Reads crs=, bbox-crs= or filter-crs=.
 *
 * @param out_crs  CRS84 where the parameter is not given
 * @param err      ARO_BAD_INPUT with the parameter, and all there is
 */
bool crs_param(const struct request *request, enum param param, const struct crs **out_crs,
               struct aro_error *err);

/** False for CRS84 (or NULL), in which positions stand in ready texts. */
bool crs_is_other(const struct crs *crs);

/** Adds the header Content-Crs. */
void crs_add_header(struct response *response, const struct crs *crs);

/** Appends the URIs of all systems as a JSON array. */
void crs_write_list(struct aro_buffer *out);

/** Appends a GeoJSON geometry: a Point, or null where the position is NaN. */
void crs_write_geometry(const struct crs *crs, struct geo_xy position, struct aro_buffer *out);

/** Appends a GeoJSON position, which is not NaN. */
void crs_write_position(const struct crs *crs, struct geo_xy position, struct aro_buffer *out);

/** Appends x or y, or longitude or latitude, with the decimals that answers have. */
void crs_write_ordinate(const struct crs *crs, double ordinate, struct aro_buffer *out);

/* ---- Transforming ---- */

/** What transforms, handed on from thread to thread. Internally locked. */
struct crs_pool;
struct crs_pool *crs_pool_new(struct aro_error *err);
void crs_pool_free(struct crs_pool *pool);

/** A system ready for use. Owned by one thread at a time; start from {0}. */
struct crs_view {
    const struct crs *crs;
    struct crs_pool *pool;
    struct geo_transform *transform; /* NULL where positions are as stored */
};

/**
 * @param request  its server's pool is used, and outlives the view; without a server, what the view
 *                 needs is made for it alone
 * @param err      ARO_NO_MEMORY; ARO_IO where PROJ's database is missing
 */
bool crs_view_open(const struct request *request, const struct crs *crs, struct crs_view *out_view,
                   struct aro_error *err);
/** The same of crs=; ARO_BAD_INPUT for the parameter too. */
bool crs_view_of_request(const struct request *request, struct crs_view *out_view,
                         struct aro_error *err);
/** Gives back what it took. */
void crs_view_close(struct crs_view *view);

/**
 * The positions of stored coordinates in the system: x or longitude first, rounded to what answers
 * show (1 mm, or 1e-7 degree), so that what one reads there is what a box is compared with. NaN for
 * what has no position in it.
 */
void crs_view_positions(const struct crs_view *view, const struct geo_coord *coords, size_t n,
                        struct geo_xy *out_positions);

/**
 * Writes a GeoJSON geometry of longitudes and latitudes anew, in the system: that at the end of the
 * buffer, from byte `from` on. It is null where one of its positions is none.
 */
void crs_view_rewrite(const struct crs_view *view, size_t from, struct aro_buffer *buffer);

#endif
