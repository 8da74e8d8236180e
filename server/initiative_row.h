/*
 * What a snapshot keeps of the row of an initiative, beside its place: where the row comes from,
 * all rows or those that have changed, does not matter.
 */
#ifndef ARO_SERVER_INITIATIVE_ROW_H
#define ARO_SERVER_INITIATIVE_ROW_H

#include "server/snapshot.h"

/** Plain value. */
struct initiative_facts {
    uint32_t commune; /* position */
    uint64_t usages;  /* bit set */
    int32_t day;      /* since 1970-01-01 */
};

/**
 * @param snapshot  its communes and themes are there
 * @param err       ARO_IO: the row cannot be: of no commune, day or theme that there is
 */
bool initiative_read(const struct snapshot *snapshot, const struct schema_initiative *row,
                     struct initiative_facts *out_facts, struct aro_error *err);

/** The axes that the usages belong to: bit g for the g-th axe. */
uint8_t initiative_axes(const struct snapshot *snapshot, uint64_t usages);

/** Appends both profiles (feature_text.h). */
void initiative_write_texts(const struct snapshot *snapshot, const struct schema_initiative *row,
                            const struct initiative_facts *facts, struct aro_buffer *compact,
                            struct aro_buffer *full);

/** Appends what is searched for words. */
void initiative_write_words(const struct snapshot *snapshot, const struct schema_initiative *row,
                            const struct initiative_facts *facts, struct aro_buffer *out);

/** Notes in the snapshot what it says of all initiatives together: the newest change, and that some
 * are invented. */
void initiative_note(struct snapshot *snapshot, const struct schema_initiative *row);

#endif
