// native/http.h: what the two parts of the HTTP backend share.
//
// A *want* is one operation; a *request* is one exchange with a server, made for a want or for a
// *site* (the object behind one URL) as a whole. host_http.c decides what is asked next;
// http_request.c carries one exchange out and checks the head of its answer.
#ifndef ALI_NATIVE_HTTP_H
#define ALI_NATIVE_HTTP_H

#include <curl/curl.h>

#include "internal.h"

#define ETAG_BYTES_MAX 1024u
#define ERROR_BODY_BYTES (UINT64_C(64) << 10)

typedef struct validator {
    bool is_known;
    uint32_t count_bytes;
    char text[ETAG_BYTES_MAX];
} validator;

enum { SPOOL_NONE, SPOOL_WAITING, SPOOL_RUNNING, SPOOL_DONE };

// The object behind a URL, as far as it is known.
typedef struct site {
    struct site *next;
    char *url;
    char *target;       // where it redirects to; NULL: nowhere, as far as is known
    bool has_no_suffix; // the server does not understand "bytes=-n"
    bool has_no_ranges; // the server refuses every range
    bool is_reached;    // the server has answered before
    // Where ranges are ignored: the whole object, as it comes.
    uint32_t spool;
    int spool_fd;
    uint32_t spool_tries;
    int64_t spool_due_ms;
    uint64_t spool_bytes;  // received so far
    uint64_t object_bytes; // of the spooled object, or ALI_UNKNOWN
    validator etag;        // of the spooled object
} site;

// What a request asks for.
enum { ASK_RANGE, ASK_HEAD, ASK_FIRST_BYTE };

struct request;

// An operation under way.
typedef struct want {
    struct want *next;
    ali_task *task;
    ali_op op;
    site *object;
    struct request *request; // NULL: waits for `due_ms`, or for the site's spool
    uint32_t ask;
    uint32_t tries;
    uint32_t redirects;
    int64_t due_ms;
    uint64_t start;  // where the range begins, or ALI_UNKNOWN (a suffix whose object is not known)
    uint64_t length; // bytes wanted; less than op.length_bytes where the object is shorter
    uint64_t moved;  // in op.data
    uint64_t told;   // answered in parts
    uint64_t object_bytes;
    validator etag;
    bool is_explicit; // a suffix is asked for by its place
    bool is_spooled;  // waits for the site's spool
} want;

// Why the body of an answer was not wanted any more.
enum { STOP_NONE, STOP_ENOUGH, STOP_REFUSED, STOP_CHANGED, STOP_SPOOL_FAILED, STOP_SPOOL_FULL };

// One exchange with a server.
typedef struct request {
    struct request *next;
    ali_host *host;
    CURL *easy;
    struct curl_slist *lines;
    want *want;   // NULL: for the site's spool, or given up
    site *object; // of the spool; NULL otherwise
    int64_t heard_ms;
    bool is_silent;     // nothing was heard for timeout_ms
    bool is_remembered; // asked where an earlier request was redirected to
    // The answer.
    long status;
    bool is_checked; // the body may be taken
    uint32_t stop;
    uint64_t body_at;       // place in the object of the next byte of the body
    uint64_t ignored_bytes; // of a body that is not wanted
    uint64_t content_bytes; // Content-Length, or ALI_UNKNOWN
    uint64_t first, last;   // Content-Range; first is ALI_UNKNOWN without one
    uint64_t object_bytes;  // total of Content-Range, or ALI_UNKNOWN
    bool is_encoded;
    validator etag;
    validator modified;
    char refusal[256];
    char trouble[CURL_ERROR_SIZE]; // curl's own words
} request;

struct host_http {
    CURLM *multi;
    site *sites;
    want *wants; // in the order in which they came
    request *requests;
    uint32_t running;
    int64_t turn_ms; // when the last turn was
};

// Sends a request for a want or (`item` NULL) for a site's spool. False if there is no memory.
bool ali_http_request_send(ali_host *host, want *item, site *spooled);
void ali_http_request_free(request *asked);

// Looks at the head of an answer before its body is taken: STOP_NONE, or why it is not.
uint32_t ali_http_check_head(request *asked);

// Keeps the words for an answer that is of no use. Returns STOP_REFUSED.
__attribute__((format(printf, 2, 3))) uint32_t ali_http_refuse(request *asked, const char *format,
                                                               ...);
bool ali_http_is_success(long status);

// The validator of an answer: its ETag, else Last-Modified.
const validator *ali_http_validator_of(const request *asked);

// Lets a want begin again from its first byte, as if nothing had come.
void ali_http_want_restart(want *item);

// The object's size has become known to a want: places its range.
void ali_http_want_place(want *item, uint64_t object_bytes);

#endif
