/*
 * libxmlsec1 as a contender of saml-validate: from the base64 of a posted response to a verified signature of its
 * assertion. It reads no claims and checks nothing else.
 *
 *   libxmlsec1-contender CERTIFICATE.pem MESSAGES
 *
 * MESSAGES has one base64 text in each line. Prints the CPU seconds for all of them; fails unless every one verifies.
 */
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xmlsec/base64.h>
#include <xmlsec/crypto.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

static double cpu_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

static int verifies(const char *base64, xmlSecKeyPtr key) {
  static const xmlChar *ids[] = {BAD_CAST "ID", NULL};
  size_t room = strlen(base64);
  xmlSecSize length = 0;
  xmlChar *xml = malloc(room + 1);
  int isValid = 0;
  if (xmlSecBase64Decode_ex(BAD_CAST base64, xml, (xmlSecSize)room, &length) == 0) {
    xmlDocPtr document = xmlReadMemory((const char *)xml, (int)length, NULL, NULL, XML_PARSE_NONET);
    xmlNodePtr root = document ? xmlDocGetRootElement(document) : NULL;
    if (root) xmlSecAddIDs(document, root, ids);
    xmlNodePtr signature = root ? xmlSecFindNode(root, xmlSecNodeSignature, xmlSecDSigNs) : NULL;
    xmlSecDSigCtxPtr context = signature ? xmlSecDSigCtxCreate(NULL) : NULL;
    if (context) {
      context->signKey = xmlSecKeyDuplicate(key);
      context->enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
      isValid = xmlSecDSigCtxVerify(context, signature) == 0 && context->status == xmlSecDSigStatusSucceeded;
      xmlSecDSigCtxDestroy(context);
    }
    xmlFreeDoc(document);
  }
  free(xml);
  return isValid;
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  xmlInitParser();
  if (xmlSecInit() < 0 || xmlSecCryptoAppInit(NULL) < 0 || xmlSecCryptoInit() < 0) return 3;
  xmlSecKeyPtr key = xmlSecCryptoAppKeyLoad(arguments[1], xmlSecKeyDataFormatCertPem, NULL, NULL, NULL);
  FILE *messages = fopen(arguments[2], "r");
  if (!key || !messages) return 4;
  char *line = NULL;
  size_t room = 0;
  double seconds = 0;
  for (int n = 0; getline(&line, &room, messages) > 0; n += 1) {
    line[strcspn(line, "\n")] = '\0';
    /* The first one also loads what OpenSSL loads only once: it is verified twice, and counted once. */
    if (n == 0 && !verifies(line, key)) return 1;
    double start = cpu_seconds();
    if (!verifies(line, key)) return 1;
    seconds += cpu_seconds() - start;
  }
  printf("%f\n", seconds);
  return 0;
}
