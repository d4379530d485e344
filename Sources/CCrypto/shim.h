// The functions of one digest each: the general ones (EVP) start the whole library first, with its
// configuration file, which takes longer than reading a small model. OpenSSL calls them deprecated
// because they pass by its certified modules; a checksum needs none.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/opensslv.h>
#include <openssl/sha.h>
