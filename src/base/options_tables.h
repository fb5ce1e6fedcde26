// Generated from src/options/*.def by src/options/generate.mjs. Do not edit.
#ifndef ALI_BASE_OPTIONS_TABLES_H
#define ALI_BASE_OPTIONS_TABLES_H

#include "base/options.h"

extern const ali_options_table ali_open_options_table;   // ali_open_options
extern const ali_options_table ali_scan_options_table;   // ali_scan_options
extern const ali_options_table ali_write_options_table;  // ali_write_options
extern const ali_options_table ali_host_options_table;   // ali_host_options
extern const ali_options_table ali_limits_options_table; // ali_limits

#endif
