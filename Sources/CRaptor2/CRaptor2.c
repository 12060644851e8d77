#define _GNU_SOURCE
#include "CRaptor2.h"

#include <dlfcn.h>
#include <pthread.h>

// The functions of raptor that are used, under their own names. raptor is loaded when the first RDF
// file is read: if it were linked, every process would load its libcurl, with two dozen libraries.

#define FUNCTIONS(F)                                                                             \
    F(raptor_world *, raptor_new_world_internal, (unsigned int version), (version))               \
    F(int, raptor_world_set_flag, (raptor_world * world, raptor_world_flag flag, int value),      \
      (world, flag, value))                                                                       \
    F(int, raptor_world_open, (raptor_world * world), (world))                                    \
    F(int, raptor_world_set_log_handler,                                                          \
      (raptor_world * world, void *data, raptor_log_handler handler), (world, data, handler))     \
    F(raptor_uri *, raptor_new_uri, (raptor_world * world, const unsigned char *text),            \
      (world, text))                                                                              \
    F(raptor_uri *, raptor_new_uri_relative_to_base,                                              \
      (raptor_world * world, raptor_uri * base, const unsigned char *text), (world, base, text))  \
    F(raptor_uri *, raptor_uri_copy, (raptor_uri * uri), (uri))                                   \
    F(unsigned char *, raptor_uri_as_string, (raptor_uri * uri), (uri))                           \
    F(unsigned char *, raptor_uri_as_counted_string, (raptor_uri * uri, size_t *length),          \
      (uri, length))                                                                              \
    F(raptor_uri *, raptor_namespace_get_uri, (const raptor_namespace *space), (space))           \
    F(const unsigned char *, raptor_namespace_get_prefix, (const raptor_namespace *space),        \
      (space))                                                                                    \
    F(raptor_parser *, raptor_new_parser, (raptor_world * world, const char *name),               \
      (world, name))                                                                              \
    F(raptor_locator *, raptor_parser_get_locator, (raptor_parser * parser), (parser))            \
    F(int, raptor_parser_set_option,                                                              \
      (raptor_parser * parser, raptor_option option, const char *text, int number),               \
      (parser, option, text, number))                                                             \
    F(int, raptor_parser_parse_start, (raptor_parser * parser, raptor_uri * uri), (parser, uri))  \
    F(int, raptor_parser_parse_chunk,                                                             \
      (raptor_parser * parser, const unsigned char *bytes, size_t count, int isEnd),              \
      (parser, bytes, count, isEnd))

#define PROCEDURES(F)                                                                            \
    F(raptor_world_set_generate_bnodeid_parameters, (raptor_world * world, char *prefix, int base), \
      (world, prefix, base))                                                                      \
    F(raptor_free_uri, (raptor_uri * uri), (uri))                                                 \
    F(raptor_free_parser, (raptor_parser * parser), (parser))                                     \
    F(raptor_parser_set_statement_handler,                                                        \
      (raptor_parser * parser, void *data, raptor_statement_handler handler),                     \
      (parser, data, handler))                                                                    \
    F(raptor_parser_set_namespace_handler,                                                        \
      (raptor_parser * parser, void *data, raptor_namespace_handler handler),                     \
      (parser, data, handler))

static struct {
#define FIELD(result, name, parameters, arguments) result(*name) parameters;
#define VOID_FIELD(name, parameters, arguments) void(*name) parameters;
    FUNCTIONS(FIELD)
    PROCEDURES(VOID_FIELD)
} raptor;

static int is_whole;

static void load(void) {
    // raptor's own functions must call each other, not those below.
    void *library = dlopen("libraptor2.so.0", RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    if (!library) return;
    int found = 1;
#define FIND(result, name, parameters, arguments) \
    found &= (*(void **)&raptor.name = dlsym(library, #name)) != NULL;
#define VOID_FIND(name, parameters, arguments) FIND(void, name, parameters, arguments)
    FUNCTIONS(FIND)
    PROCEDURES(VOID_FIND)
    is_whole = found;
}

int raptor_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return is_whole ? 0 : -1;
}

#define FORWARD(result, name, parameters, arguments) \
    result name parameters { return raptor.name arguments; }
#define VOID_FORWARD(name, parameters, arguments) \
    void name parameters { raptor.name arguments; }
FUNCTIONS(FORWARD)
PROCEDURES(VOID_FORWARD)
