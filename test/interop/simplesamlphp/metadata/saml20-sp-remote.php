<?php
// The service providers: every sp-*.xml of the scratch folder. The one called oid gets attributes by object identifier,
// those called transient-* a NameID of one session. To the one called encrypted, assertions are encrypted with the key of
// its metadata: 1.19 takes AES-128-CBC with RSA-OAEP, and no setting changes that.
foreach (glob(getenv('SSP_SCRATCH') . '/sp-*.xml') as $file) {
    foreach (SimpleSAML\Metadata\SAMLParser::parseDescriptorsFile($file) as $entityId => $parser) {
        $sp = $parser->getMetadata20SP();
        unset($sp['entityDescriptor']);
        $kind = strpos(basename($file), 'sp-transient') === 0 ? 'transient' : 'persistent';
        $sp['NameIDFormat'] = "urn:oasis:names:tc:SAML:2.0:nameid-format:$kind";
        $sp['assertion.encryption'] = basename($file) === 'sp-encrypted.xml';
        if (basename($file) === 'sp-oid.xml') {
            $sp['attributes.NameFormat'] = 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri';
            $sp['authproc'] = [50 => ['class' => 'core:AttributeMap', 'name2oid']];
        }
        if (basename($file) === 'sp-preset.xml') {
            // As it ships: only what the service provider's metadata requests.
            $sp['authproc'] = [50 => 'core:AttributeLimit'];
        }
        $metadata[$entityId] = $sp;
    }
}
