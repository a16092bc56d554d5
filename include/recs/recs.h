/* librecs: recommendation and user-behaviour analysis as an embeddable C library. MIT.
 *
 * This is the only header to include. One header per room, in the order in which data walks through them. */
#ifndef RECS_RECS_H
#define RECS_RECS_H

#include <recs/base.h>
#include <recs/data.h>
#include <recs/similarity.h>
#include <recs/analyze.h>
#include <recs/recommend.h>
#include <recs/rank.h>
#include <recs/model.h>
#include <recs/evaluate.h>
#include <recs/persist.h>

#endif
