/*
 * The values of properties as conditions of CQL2 have them: from columns, or from the finished text
 * of a feature.
 */
#ifndef ARO_SERVER_FILTER_VALUE_H
#define ARO_SERVER_FILTER_VALUE_H

#include "geo/cql2_truth.h"
#include "geo/scratch.h"
#include "server/property.h"

/** What a property is in conditions. */
enum geo_cql2_type filter_value_type(const struct property *property);

/**
 * The value of what columns hold.
 *
 * @param scratch  where the texts of a set are listed
 */
bool filter_value_of_column(const struct property *property, const struct snapshot *snapshot,
                            uint32_t position, struct geo_scratch *scratch,
                            struct geo_cql2_value *out, struct aro_error *err);

/**
 * The value of a member of the feature's `properties`; null where it is not there.
 *
 * @param text  the feature's GeoJSON, len bytes
 */
bool filter_value_of_text(const struct property *property, const char *text, size_t len,
                          struct geo_scratch *scratch, struct geo_cql2_value *out,
                          struct aro_error *err);

#endif
