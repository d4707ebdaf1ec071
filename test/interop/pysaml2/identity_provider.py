"""A SAML identity provider on pysaml2 and loopback, for the tests: alice signs in without being asked.

Arguments: port, key file, certificate file, URL of the service provider's metadata, and `plain` or `encrypted`. It signs
and encrypts with xmlsec1. Prints one line when it listens.
"""

import base64
import html
import sys
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, xmldsig
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server

PORT, KEY, CERTIFICATE, SP_METADATA, MANNER = sys.argv[1:6]
ORIGIN = f"http://127.0.0.1:{PORT}"
ENTITY_ID = f"{ORIGIN}/metadata"

ALICE = {
    "mail": ["alice@example.org"],
    "displayName": ["Alice Éxample & <Co>"],
    "eduPersonAffiliation": ["staff", "member"],
}

CONFIG = {
    "entityid": ENTITY_ID,
    "key_file": KEY,
    "cert_file": CERTIFICATE,
    "xmlsec_binary": "/usr/bin/xmlsec1",
    "service": {
        "idp": {
            "endpoints": {"single_sign_on_service": [(f"{ORIGIN}/sso", BINDING_HTTP_REDIRECT)]},
            "policy": {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None}},
            "name_id_format": [NAMEID_FORMAT_PERSISTENT],
        }
    },
}



def configured(**more):
    return IdPConfig().load({**CONFIG, **more})


def server_for_the_gateway():
    """The gateway starts after this, so that its metadata is read only when it is needed."""
    return Server(config=configured(metadata={"remote": [{"url": SP_METADATA}]}))


FORM = """<!doctype html><html><body><form method="post" action="{action}">
<input type="hidden" name="SAMLResponse" value="{response}">
<input type="hidden" name="RelayState" value="{relay_state}">
<button>Continue</button></form></body></html>"""


def answer(server, query):
    """The signed Response to the AuthnRequest in this query, as the form that carries it on."""
    request = server.parse_authn_request(query["SAMLRequest"][0], BINDING_HTTP_REDIRECT).message
    response = server.create_authn_response(
        ALICE,
        userid="alice",
        name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text="alice-0001"),
        authn={"class_ref": PASSWORDPROTECTEDTRANSPORT, "authn_auth": ENTITY_ID},
        sign_assertion=True,
        sign_response=True,
        encrypt_assertion=MANNER == "encrypted",
        sign_alg=xmldsig.SIG_RSA_SHA256,
        digest_alg=xmldsig.DIGEST_SHA256,
        **server.response_args(request),
    )
    return FORM.format(
        action=html.escape(request.assertion_consumer_service_url),
        response=base64.b64encode(str(response).encode()).decode(),
        relay_state=html.escape(query.get("RelayState", [""])[0]),
    )


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/metadata":
            return self.reply("application/samlmetadata+xml", str(entity_descriptor(configured())))
        if url.path == "/sso":
            return self.reply("text/html; charset=utf-8", answer(server_for_the_gateway(), urllib.parse.parse_qs(url.query)))
        self.send_error(404)

    def reply(self, kind, text):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


LISTENER = ThreadingHTTPServer(("127.0.0.1", int(PORT)), Handler)
print("listens", flush=True)
LISTENER.serve_forever()
