/* Part of librecs (MIT). Tables in: CSV, TSV and JSON Lines become events and profiles. Included by recs/data.h. */
#ifndef RECS_DATA_TABLES_H
#define RECS_DATA_TABLES_H

#include <recs/data/events.h>
#include <recs/data/profiles.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup tables Tables in
 * Reading CSV, TSV and JSON Lines, from a file, from memory or from the host's own source, in pieces: the text is
 * never held whole. How cells are written is told by @ref guide_tables. A table that is empty or only a header, lacks a
 * required column, or has a bad record (the message names its line and column) is #RECS_ERROR_FORMAT; in lenient
 * reading bad records are dropped and counted. A read that fails, for whatever reason, leaves the log or store as it
 * was; only ids (and event types and tags) that it added stay in the dictionaries.
 * @{
 */

/** Formats of tables. */
enum {
  RECS_FORMAT_AUTO = 0, /**< By the file's name (.tsv, .jsonl, .ndjson, also below .gz); else CSV. */
  RECS_FORMAT_CSV = 1,  /**< Commas; a header line names the columns. */
  RECS_FORMAT_TSV = 2,  /**< Tabs; a header line; no quoting. */
  RECS_FORMAT_JSONL = 3 /**< One flat JSON object a line; keys name the columns. */
};

/** What becomes of a line without a quantity, where the table has quantities. */
enum {
  RECS_EMPTY_ONE = 0, /**< It is of one piece; counted as "empty quantity". */
  RECS_EMPTY_DROP = 1 /**< It is dropped; counted as "missing quantity". */
};

/** Options of the readers of events. A column name of NULL means: the column of the default name, when there is one and
 * no other option names it. A column that is named must exist. */
typedef struct recs_events_read_options {
  size_t struct_size;    /**< Set by recs_events_read_options_init(). */
  const char *user;      /**< Column; default "user". Required unless require_user is 0. */
  const char *item;      /**< Column; default "item". Required. */
  const char *event;     /**< Column of event types (at most 255); default "event", optional. */
  const char *weight;    /**< Column; default "weight", optional. */
  const char *quantity;  /**< Column; default "quantity", optional. */
  const char *price;     /**< Column; default "price", optional. */
  const char *time;      /**< Column; default "time", optional. */
  const char *session;   /**< Column (order, basket, visit); default "session", optional. */
  int32_t format;        /**< RECS_FORMAT_*; default AUTO. */
  int32_t delimiter;     /**< One ASCII byte, no quote or line end; 0 (default): the format's own. */
  int32_t lenient;       /**< 0 (default): the first bad line is an error. 1: bad lines are dropped and reported. */
  int32_t time_kind;     /**< RECS_TIME_*; default CLOCK. ORDER: times are whole numbers. */
  int32_t require_user;  /**< 1 (default): the user column must exist (its cells may be empty). */
  int32_t empty_quantity; /**< RECS_EMPTY_*; default ONE. */
} recs_events_read_options;

/** The schema of recs_events_read_options. Static, never NULL. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_events_read_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_events_read_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_events_read_options_init(recs_events_read_options *options, size_t struct_size);

/**
 * The host's own source of bytes. Called on the calling thread.
 * @param payload what the host gave to the reader.
 * @param[out] buffer receives the bytes.
 * @param capacity the most that it takes, at least 1.
 * @return how many bytes were written, at most @p capacity; 0 at the end; a negative value to fail, which ends the read
 *   with #RECS_ERROR_IO.
 */
typedef int64_t (*recs_source_fn)(void *payload, void *buffer, size_t capacity);

/**
 * Appends the events of a file to a log, in the order of its lines. Empty cells are the defaults of recs_event_columns:
 * no user, no item, the unnamed type, weight and quantity 1, no price, no time, no session. New users, items, types and
 * sessions are added to their dictionaries.
 * @param[out] out_report receives a report that the caller frees, or NULL after a failure; may be NULL. Its first entry
 *   is "read", the events appended; where there are lines without a quantity "empty quantity" or "missing quantity" follows (see RECS_EMPTY_*);
 *   in lenient reading an entry for each reason follows, such as "bad quantity" or "too
 *   few cells": how many lines were dropped for it, and the first one's number and text.
 * @param events a log that grows; its time kind becomes that of the options.
 * @param path of the file, NUL-terminated.
 * @param options NULL for the defaults.
 * @param progress called for each 512 KiB a thread with the part of the file that was read; may be NULL.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_IO when the system does not open or read the file; #RECS_ERROR_FORMAT when it is no
 *   such table; #RECS_ERROR_INVALID for bad options, or when the log holds events and its times are of the other kind;
 *   #RECS_ERROR_STATE when the log or a dictionary is frozen; #RECS_ERROR_CANCELLED; #RECS_ERROR_OVERFLOW;
 *   #RECS_ERROR_NOMEM. After a failure the log is as it was; what it added to the dictionaries stays there.
 * Thread safety: one thread at a time for a log and its dictionaries. Uses the context's threads: lines are parsed side
 * by side and arrive in order, so that the log and the dictionaries are the same for any number of them. Complexity:
 * O(bytes) expected; memory besides the log's: some 3 MiB a thread, and the longest record.
 * @since 0.1
 */
RECS_API int32_t recs_events_read_file(recs_report **out_report, recs_events *events, const char *path,
                                       const recs_events_read_options *options, recs_progress_fn progress,
                                       void *payload);

/**
 * The same from memory.
 * @param[out] out_report as for recs_events_read_file().
 * @param events as for recs_events_read_file().
 * @param bytes the table's text, which is only read; may be NULL when @p length is 0.
 * @param length bytes at @p bytes.
 * @param options NULL for the defaults; format AUTO is CSV.
 * @param progress may be NULL.
 * @param payload handed to @p progress.
 * @return as recs_events_read_file(), but never #RECS_ERROR_IO.
 * Thread safety and complexity: as recs_events_read_file().
 * @since 0.1
 */
RECS_API int32_t recs_events_read_memory(recs_report **out_report, recs_events *events, const void *bytes,
                                         size_t length, const recs_events_read_options *options,
                                         recs_progress_fn progress, void *payload);

/**
 * The same from the host's source: a decompressor, a socket, an archive.
 * @param[out] out_report as for recs_events_read_file().
 * @param events as for recs_events_read_file(); the source must not touch it.
 * @param source gives the bytes, in pieces of any size.
 * @param source_payload handed to @p source.
 * @param options NULL for the defaults; format AUTO is CSV.
 * @param progress may be NULL; its fraction stays 0 until the end, for the size is not known.
 * @param payload handed to @p progress.
 * @return as recs_events_read_file(); #RECS_ERROR_IO when the source fails or gives more than was asked for.
 * Thread safety and complexity: as recs_events_read_file().
 * @since 0.1
 */
RECS_API int32_t recs_events_read_source(recs_report **out_report, recs_events *events, recs_source_fn source,
                                         void *source_payload, const recs_events_read_options *options,
                                         recs_progress_fn progress, void *payload);

/** Options of the readers of profiles. Column lists are names joined by commas; listed columns must exist, but for
 * those of ignore. One list may be "*": all columns that no other list names. A repeated row adds tags and replaces
 * numbers, texts and embeddings, also those that the store had before; empty cells say nothing. */
typedef struct recs_profiles_read_options {
  size_t struct_size;     /**< Set by recs_profiles_read_options_init(). */
  const char *id;         /**< The column of the ids; default "item", or "user" when there is no "item". */
  const char *tags;       /**< Tags of weight 1. NULL: all that no other list names, unless one is "*". "none": none. */
  const char *numbers;    /**< Columns read as numbers. */
  const char *text;       /**< Columns read as text; white space around a text is left out. */
  const char *embeddings; /**< Numbers separated by spaces, commas or semicolons; every row as many as the first. */
  const char *ignore;     /**< Columns left out. */
  int32_t format;         /**< RECS_FORMAT_*; default AUTO. */
  int32_t delimiter;      /**< As in recs_events_read_options. */
  int32_t tag_separator;  /**< One ASCII byte that splits a cell into tags; default '|'; 0: none. */
  int32_t lenient;        /**< As in recs_events_read_options. */
  int32_t add_ids;        /**< 1 (default): new ids are added; 0: rows with unknown ids are dropped and reported. */
  int32_t keep_first;     /**< 1: numbers, texts and embeddings that a row has stay; 0 (default): they are replaced. */
  int32_t reserved;       /**< Must be 0. */
  int32_t reserved_2;     /**< Must be 0. */
} recs_profiles_read_options;

/** The schema of recs_profiles_read_options. Static, never NULL. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_profiles_read_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_profiles_read_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_profiles_read_options_init(recs_profiles_read_options *options, size_t struct_size);

/**
 * Adds the profiles of a file to a store: each column but that of the ids is a field of its name, made when it is new.
 * A column of embeddings without any value makes none.
 * @param[out] out_report receives a report that the caller frees, or NULL after a failure; may be NULL. Its first entry
 *   is "read", the lines accepted; "unknown id" (when add_ids is 0) and, in lenient reading, the reasons of dropped
 *   lines follow.
 * @param profiles a store that grows.
 * @param ids its dictionary, which new ids are added to.
 * @param path of the file, NUL-terminated.
 * @param options NULL for the defaults.
 * @param progress called for each 256 KiB with the part of the file that was read; may be NULL.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_IO when the system does not open or read the file; #RECS_ERROR_FORMAT when it is no
 *   such table, or a column does not fit the field that the store has of its name; #RECS_ERROR_INVALID for bad options,
 *   or when @p ids is not the store's dictionary; #RECS_ERROR_STATE when the store is frozen, or the dictionary and
 *   there are new ids; #RECS_ERROR_CANCELLED; #RECS_ERROR_OVERFLOW; #RECS_ERROR_NOMEM. After a failure the store is as
 *   it was; what it added to the dictionaries of ids and of tags stays there.
 * Thread safety: one thread at a time for a store and its dictionary; uses one thread. Complexity: O(bytes + values in
 * the store) expected; until it ends, the call holds a copy of what the store had before.
 * @since 0.1
 */
RECS_API int32_t recs_profiles_read_file(recs_report **out_report, recs_profiles *profiles, recs_ids *ids,
                                         const char *path, const recs_profiles_read_options *options,
                                         recs_progress_fn progress, void *payload);

/**
 * The same from memory.
 * @param[out] out_report as for recs_profiles_read_file().
 * @param profiles as for recs_profiles_read_file().
 * @param ids as for recs_profiles_read_file().
 * @param bytes the table's text, which is only read; may be NULL when @p length is 0.
 * @param length bytes at @p bytes.
 * @param options NULL for the defaults; format AUTO is CSV.
 * @param progress may be NULL.
 * @param payload handed to @p progress.
 * @return as recs_profiles_read_file(), but never #RECS_ERROR_IO.
 * Thread safety and complexity: as recs_profiles_read_file().
 * @since 0.1
 */
RECS_API int32_t recs_profiles_read_memory(recs_report **out_report, recs_profiles *profiles, recs_ids *ids,
                                           const void *bytes, size_t length, const recs_profiles_read_options *options,
                                           recs_progress_fn progress, void *payload);

/**
 * The same from the host's source.
 * @param[out] out_report as for recs_profiles_read_file().
 * @param profiles as for recs_profiles_read_file(); the source must not touch it.
 * @param ids as for recs_profiles_read_file().
 * @param source gives the bytes, in pieces of any size.
 * @param source_payload handed to @p source.
 * @param options NULL for the defaults; format AUTO is CSV.
 * @param progress may be NULL; its fraction stays 0 until the end, for the size is not known.
 * @param payload handed to @p progress.
 * @return as recs_profiles_read_file(); #RECS_ERROR_IO when the source fails or gives more than was asked for.
 * Thread safety and complexity: as recs_profiles_read_file().
 * @since 0.1
 */
RECS_API int32_t recs_profiles_read_source(recs_report **out_report, recs_profiles *profiles, recs_ids *ids,
                                           recs_source_fn source, void *source_payload,
                                           const recs_profiles_read_options *options, recs_progress_fn progress,
                                           void *payload);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
