/* Part of librecs (MIT). What comes in and is made ready (in recs/data/): dictionaries, profiles, events, tables in, cleaning,
 * histories, matrices, candidates, features, pipelines. */
#ifndef RECS_DATA_H
#define RECS_DATA_H

#include <recs/data/behaviour.h>
#include <recs/data/clean.h>
#include <recs/data/events.h>
#include <recs/data/features.h>
#include <recs/data/ids.h>
#include <recs/data/matrix.h>
#include <recs/data/pipeline.h>
#include <recs/data/profiles.h>
#include <recs/data/quality.h>
#include <recs/data/sessions.h>
#include <recs/data/tables.h>

#endif
