/* Every kind of scorer by name: what the table in kinds.c lists. */
#ifndef RECS_LIB_RECOMMEND_KINDS_H
#define RECS_LIB_RECOMMEND_KINDS_H

#include "lib/recommend/scorer.h"

extern const recs__scorer_kind recs__popularity_kind;
extern const recs__scorer_kind recs__als_kind;
extern const recs__scorer_kind recs__content_kind;
extern const recs__scorer_kind recs__user_knn_kind;
extern const recs__scorer_kind recs__item_knn_kind;
extern const recs__scorer_kind recs__order_knn_kind;
extern const recs__scorer_kind recs__markov_kind;
extern const recs__scorer_kind recs__ease_kind;
extern const recs__scorer_kind recs__session_knn_kind;
extern const recs__scorer_kind recs__rule_scorer_kind;
extern const recs__scorer_kind recs__hybrid_kind;
extern const recs__scorer_kind recs__hybrid_equal_kind;

#endif
