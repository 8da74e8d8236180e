#include "server/xml.h"

void xml_escape(struct aro_buffer *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        const char *entity = c == '&'   ? "&amp;"
                             : c == '<' ? "&lt;"
                             : c == '>' ? "&gt;"
                             : c == '"' ? "&quot;"
                                        : NULL;
        if (entity)
            aro_buffer_text(out, entity);
        else if (c >= 0x20 || c == '\t' || c == '\n')
            aro_buffer_char(out, (char)c);
    }
}
