/*
 * The program's own routes: probes, the page's files, and what describes the data and the service.
 */
#ifndef ARO_SERVER_PROGRAM_HANDLERS_H
#define ARO_SERVER_PROGRAM_HANDLERS_H

#include "server/http.h"

/* probes.c */
handler_fn handle_livez, handle_readyz;  /* 200 while alive; 503 until the data is loaded */
handler_fn handle_metrics, handle_about; /* of the metrics listener */
handler_fn handle_asset;                 /* path_values[0]: below /assets/ */

/* meta.c */
handler_fn handle_landing, handle_conformance, handle_functions, handle_collections;
handler_fn handle_collection; /* path_values[0]: its id */
handler_fn handle_themes, handle_summary, handle_config;
handler_fn handle_accessibilite; /* what the statement of accessibility says of the program */

/* donnees.c */
handler_fn handle_donnees;

/* sitemap.c; path_values[0] of a part: "pages", or a number from 1 on */
handler_fn handle_sitemap, handle_sitemap_part, handle_robots;

/* openapi.c */
handler_fn handle_api;

#endif
