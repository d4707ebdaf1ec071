<?php
// For PHP's own server: /simplesaml/module.php/core/x is the script module.php with the path /core/x; a file is a file.
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (!preg_match('#^/simplesaml(/.+?\.php)(/.*)?$#', $path, $parts)) {
    return false;
}
$script = realpath($_SERVER['DOCUMENT_ROOT'] . '/simplesaml' . $parts[1]);
if ($script === false) {
    return false;
}
$_SERVER['SCRIPT_NAME'] = "/simplesaml$parts[1]";
$_SERVER['PHP_SELF'] = $path;
$_SERVER['SCRIPT_FILENAME'] = $script;
unset($_SERVER['PATH_INFO']);
if (isset($parts[2])) {
    $_SERVER['PATH_INFO'] = $parts[2];
}
chdir(dirname($script));
require $script;
