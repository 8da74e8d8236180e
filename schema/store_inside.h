/*
 * What the files that make up the store share, and no one else includes.
 */
#ifndef ARO_SCHEMA_STORE_INSIDE_H
#define ARO_SCHEMA_STORE_INSIDE_H

#include "schema/db.h"
#include "schema/store.h"

/** "AROB": tells an arobase store from other SQLite files (PRAGMA application_id). */
enum { SCHEMA_APPLICATION_ID = 0x41524F42 };

/** The store's connection, borrowed until the store is closed. */
struct schema_db *schema_store_db(struct schema_store *store);

#endif
