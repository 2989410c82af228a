/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The XML layer of the reader, over libxml2: well-formedness, where each tag begins, and nothing
 * that XML can reach outside the file: no document types, so no entities, and no network.
 */
#include "sdf.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "diag.h"
#include "markup.h"

#define TAG_SIZE_MAX 8192

/* What the callbacks of libxml2 need; in the context's _private. */
struct parse {
    const struct source_text *text;
    bool failed; /* the first mistake has been reported; what follows are its consequences */
};

static void fail(xmlParserCtxt *context, unsigned line, const char *message)
{
    struct parse *parse = context->_private;
    if (!parse->failed) {
        struct source at = source_text_locate(parse->text, line);
        diag_error(&at, "%s", message);
    }
    parse->failed = true;
    xmlStopParser(context);
}

/* What an author who made this mistake probably has to do. */
static const char *advice(int code)
{
    switch (code) {
    case XML_ERR_ATTRIBUTE_NOT_STARTED:
        return "; a value stands in quotes, or is a macro given with -D";
    case XML_ERR_DOCUMENT_EMPTY:
        return "; if the description needs the C preprocessor, give a macro with -D";
    case XML_ERR_UNDECLARED_ENTITY:
        return "; only the entities of XML itself exist here: write the text out";
    default:
        return "";
    }
}

static void on_error(void *user, xmlErrorPtr error)
{
    xmlParserCtxt *context = user;
    struct parse *parse = context->_private;
    if (parse->failed || error->level < XML_ERR_ERROR) {
        return;
    }
    unsigned line = error->line > 0 ? (unsigned)error->line : 1;
    char message[1024];
    if (error->code == XML_ERR_TAG_NAME_MISMATCH && error->str1 != NULL && error->int1 > 0) {
        struct source start = source_text_locate(parse->text, (unsigned)error->int1);
        snprintf(message, sizeof(message),
                 "not well-formed XML: the element <%.64s> begun at %s:%u is not closed",
                 error->str1, start.file, start.line);
    } else {
        const char *text = error->message == NULL ? "unknown mistake" : error->message;
        snprintf(message, sizeof(message), "not well-formed XML: %.*s%s", (int)strcspn(text, "\n"),
                 text, advice(error->code));
    }
    fail(context, line, message);
}

static void on_document_type(void *user, const xmlChar *name, const xmlChar *external,
                             const xmlChar *system)
{
    (void)name;
    (void)external;
    (void)system;
    xmlParserCtxt *context = user;
    fail(context, (unsigned)context->input->line,
         "<!DOCTYPE>: a system description has no document type and no entities; remove it");
}

/*
 * The line of the text on which the tag being parsed begins: libxml2 is at the tag's end, and a `<`
 * can only be at its start.
 */
static unsigned tag_line(xmlParserCtxt *context, const struct source_text *text)
{
    unsigned line = (unsigned)context->input->line;
    long consumed = xmlByteConsumed(context);
    if (consumed < 0 || (size_t)consumed > text->size) {
        return line;
    }
    for (size_t i = (size_t)consumed; i > 0 && text->bytes[i - 1] != '<'; i--) {
        line -= text->bytes[i - 1] == '\n';
    }
    return line;
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespace_count, const xmlChar **namespaces, int attribute_count,
                     int defaulted_count, const xmlChar **attributes)
{
    xmlParserCtxt *context = user;
    struct parse *parse = context->_private;
    unsigned line = tag_line(context, parse->text);
    if (context->nodeNr >= SDF_DEPTH_MAX) {
        fail(context, line, "elements are nested too deeply; is it a system description?");
        return;
    }
    xmlSAX2StartElementNs(user, name, prefix, uri, namespace_count, namespaces, attribute_count,
                          defaulted_count, attributes);
    if (context->node != NULL) {
        context->node->_private = (void *)(uintptr_t)line;
    }
}

/* The work of libxml2 2.9 grows with the square of the attributes in a tag: reports a tag that is
 * too long. */
static bool check_tags(const struct source_text *text)
{
    const char *end = text->bytes + text->size;
    const char *next;
    for (const char *at = text->bytes; at < end; at = next) {
        if (markup_next(at, end, &next) == MARKUP_TAG && next - at > TAG_SIZE_MAX) {
            unsigned line = 1;
            for (const char *counted = text->bytes; counted < at; counted++) {
                line += *counted == '\n';
            }
            struct source where = source_text_locate(text, line);
            diag_error(&where, "a tag of %td bytes; at most %d are allowed; is a quote missing?",
                       next - at, TAG_SIZE_MAX);
            return false;
        }
    }
    return true;
}

xmlDoc *sdf_xml_parse(const struct source_text *text)
{
    if (!check_tags(text)) {
        return NULL;
    }
    struct parse parse = {.text = text};
    xmlParserCtxt *context = xmlNewParserCtxt();
    if (context == NULL) {
        diag_error(NULL, "the host has no memory left");
        return NULL;
    }
    context->_private = &parse;
    context->sax->serror = on_error;
    context->sax->internalSubset = on_document_type;
    context->sax->startElementNs = on_start;
    /* NOENT only means that the five entities of XML itself arrive as the text they stand for. */
    xmlDoc *doc = xmlCtxtReadMemory(context, text->bytes, (int)text->size, NULL, NULL,
                                    XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_IGNORE_ENC);
    if (doc == NULL && !parse.failed) {
        fail(context, 1, "not well-formed XML");
    }
    xmlFreeParserCtxt(context);
    if (parse.failed) {
        xmlFreeDoc(doc);
        return NULL;
    }
    return doc;
}

struct source sdf_source(const struct sdf *sdf, const xmlNode *node)
{
    return source_text_locate(sdf->text, (unsigned)(uintptr_t)node->_private);
}

const char *sdf_attribute(const xmlNode *node, const char *name)
{
    for (const xmlAttr *attribute = node->properties; attribute != NULL;
         attribute = attribute->next) {
        if (attribute->ns == NULL && strcmp((const char *)attribute->name, name) == 0) {
            const xmlNode *value = attribute->children;
            return value == NULL || value->content == NULL ? "" : (const char *)value->content;
        }
    }
    return NULL;
}

static const xmlNode *find(const xmlNode *node, const char *name)
{
    while (node != NULL &&
           (node->type != XML_ELEMENT_NODE || strcmp((const char *)node->name, name) != 0)) {
        node = node->next;
    }
    return node;
}

const xmlNode *sdf_first(const xmlNode *parent, const char *name)
{
    return find(parent->children, name);
}

const xmlNode *sdf_next(const xmlNode *node)
{
    return find(node->next, (const char *)node->name);
}

size_t sdf_count(const xmlNode *parent, const char *name)
{
    size_t count = 0;
    for (const xmlNode *node = sdf_first(parent, name); node != NULL; node = sdf_next(node)) {
        count++;
    }
    return count;
}

/* What tells elements of one kind apart, in the order of preference. */
static const char *identity(const xmlNode *node)
{
    static const char *const names[] = {"name",   "mr",   "irq",    "pd",
                                        "symbol", "path", "domain", "id"};
    const char *value = NULL;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && value == NULL; i++) {
        value = sdf_attribute(node, names[i]);
    }
    return value;
}

/* Says what is wrong with `node` through `say`. */
static void report(void (*say)(const struct source *, const char *, ...), const struct sdf *sdf,
                   const xmlNode *node, const char *format, va_list arguments)
{
    char message[1024];
    const char *name = identity(node);
    struct source at = sdf_source(sdf, node);
    vsnprintf(message, sizeof(message), format, arguments);
    if (name == NULL) {
        say(&at, "%.64s: %s", (const char *)node->name, message);
    } else {
        say(&at, "%.64s \"%.64s\": %s", (const char *)node->name, name, message);
    }
}

void sdf_error(const struct sdf *sdf, const xmlNode *node, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(diag_error, sdf, node, format, arguments);
    va_end(arguments);
}

void sdf_warning(const struct sdf *sdf, const xmlNode *node, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(diag_warning, sdf, node, format, arguments);
    va_end(arguments);
}
