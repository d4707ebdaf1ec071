<?php
// SimpleSAMLphp 1.19 as an identity provider for the tests. What changes from run to run comes from the environment.
$scratch = getenv('SSP_SCRATCH');
$config = [
    'baseurlpath' => getenv('SSP_ORIGIN') . '/simplesaml/',
    'certdir' => "$scratch/",
    'loggingdir' => "$scratch/",
    'datadir' => "$scratch/",
    'tempdir' => "$scratch/tmp",
    'metadatadir' => __DIR__ . '/../metadata/',
    'attributenamemapdir' => '/etc/simplesamlphp/attributemap/',
    'metadata.sources' => [['type' => 'flatfile']],
    'timezone' => 'UTC',
    'language.default' => 'en',
    'secretsalt' => 'only-for-tests',
    'auth.adminpassword' => 'only-for-tests-too',
    'admin.checkforupdates' => false,
    'enable.saml20-idp' => true,
    'module.enable' => ['core' => true, 'exampleauth' => true, 'saml' => true],
    // Its answers go to an http address of this machine.
    'enable.http_post' => true,
    'session.cookie.name' => 'test-ssp-session',
    'session.cookie.secure' => false,
    // As in life: it has to know the browser also where another site's form posts a LogoutRequest.
    'session.cookie.samesite' => 'None',
    'session.phpsession.cookiename' => 'test-ssp-php',
    'session.phpsession.savepath' => $scratch,
    'session.authtoken.cookiename' => 'test-ssp-token',
    'language.cookie.secure' => false,
    'logging.handler' => 'file',
    'logging.logfile' => 'ssp.log',
    'showerrors' => true,
    'errorreporting' => false,
    'store.type' => 'phpsession',
    'production' => true,
];
