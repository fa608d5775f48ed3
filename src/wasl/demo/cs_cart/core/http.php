<?php

/** Addresses, redirects, notices, forms and the small helpers that every add-on calls. */

use Tygh\Registry;

/** Where this shop is found: as configured, or as asked for when one shop has several storefronts. */
function fn_demo_base_url()
{
    $configured = (string) Registry::get('demo.url');
    $host = $_SERVER['HTTP_HOST'] ?? '';
    if ($host !== '' && ($configured === '' || getenv('CSCART_STOREFRONT'))) {
        return (empty($_SERVER['HTTPS']) ? 'http' : 'https') . "://$host";
    }
    return rtrim($configured, '/');
}

/** @return string the absolute address of `controller.mode?query`; AREA decides between index.php and admin.php */
function fn_url($url = '', $area = AREA, $protocol = 'current', $lang_code = CART_LANGUAGE, $override_area = false)
{
    if (preg_match('#^[a-z][a-z0-9+.-]*://#i', $url)) {
        return $url;
    }
    $base = fn_demo_base_url() . '/';
    $script = $area === 'A' ? 'admin.php' : 'index.php';
    if ($url === '' || $url === $script) {
        return $area === 'A' ? $base . $script : $base;
    }
    if (preg_match('#^/?(index|admin)\.php#', $url)) {
        return $base . ltrim($url, '/');
    }
    [$dispatch, $query] = explode('?', $url, 2) + [1 => ''];
    return $base . $script . '?dispatch=' . $dispatch . ($query === '' ? '' : "&$query");
}

/** Leave for another page. Without the second argument another site's address becomes the shop's own front page. */
function fn_redirect($location, $allow_external_redirect = false, $is_permanent = false)
{
    $location = fn_url(str_replace(['&amp;', "\n", "\r"], ['&', '', ''], $location));
    if (!$allow_external_redirect && !str_starts_with($location, fn_demo_base_url() . '/')) {
        $location = fn_url('');
    }
    header("Location: $location", true, $is_permanent ? 301 : 302);
    exit;
}

/** Print a form that sends itself, and end. With $parse_url the address loses its query to fields, and its port. */
function fn_create_payment_form(
    $submit_url,
    $data,
    $payment_name = '',
    $exclude_empty_values = true,
    $method = 'post',
    $parse_url = true,
    $target = 'form',
    $connection_message = ''
) {
    fn_set_hook(
        'create_payment_form_pre',
        $submit_url,
        $data,
        $payment_name,
        $exclude_empty_values,
        $method,
        $parse_url,
        $target,
        $connection_message
    );
    if ($parse_url) {
        $parts = parse_url($submit_url);
        parse_str($parts['query'] ?? '', $query);
        $data = array_merge($query, $data);
        $submit_url = "$parts[scheme]://$parts[host]" . ($parts['path'] ?? '/');
    }
    $fields = '';
    foreach ($data as $name => $value) {
        if ($value !== '' || !$exclude_empty_values) {
            $fields .= '<input type="hidden" name="' . htmlspecialchars($name) . '" value="' . htmlspecialchars($value) . '">';
        }
    }
    echo '<!DOCTYPE html><form method="' . $method . '" action="' . htmlspecialchars($submit_url) . '" name="process">' . $fields
        . '</form><p>' . htmlspecialchars($connection_message) . '</p><script>document.process.submit();</script>';
    exit;
}

/** Show something on the visitor's next page. $type: N notice, W warning, E error. */
function fn_set_notification($type, $title, $message, $message_state = '', $extra = '', $init_message = false)
{
    $notices = &Tygh::$app['session']['notifications'];
    $notices[md5($type . $title . $message . $extra)] = compact('type', 'title', 'message', 'message_state', 'extra');
    return true;
}

/** @return array[] the waiting notices, which are then gone */
function fn_get_notifications()
{
    $notices = Tygh::$app['session']['notifications'] ?? [];
    Tygh::$app['session']['notifications'] = [];
    return $notices;
}

function fn_log_event($type, $action, $data = [])
{
    db_query('INSERT INTO ?:logs ?e', [
        'user_id' => 0,
        'timestamp' => time(),
        'type' => $type,
        'action' => $action,
        'content' => serialize($data),
    ]);
}

function fn_allowed_for($editions)
{
    foreach (explode(',', $editions) as $edition) {
        if (explode(':', trim($edition))[0] === PRODUCT_EDITION) {
            return true;
        }
    }
    return false;
}

/** A schema: the core's, then what active add-ons make of it in `schemas/<dir>/<name>.post.php`. */
function fn_get_schema($schema_dir, $name, $type = 'php', $force_addon_init = false)
{
    $schema = DEMO_SCHEMAS["$schema_dir/$name"] ?? [];
    foreach (fn_demo_active_addons() as $addon) {
        foreach (["$name.post", $name] as $file) {
            $path = DIR_ROOT . "/app/addons/$addon/schemas/$schema_dir/$file.php";
            if (is_file($path)) {
                $schema = include $path;
            }
        }
    }
    return $schema;
}

// Deviation: the name and shape of the CSRF schema are not in the reference; area → controller → must a form be ours.
const DEMO_SCHEMAS = ['security/csrf_validation' => [
    'C' => ['controllers' => ['payment_notification' => ['validate' => false]]],
    'A' => ['controllers' => ['payment_notification' => ['validate' => false]]],
]];

/** What a form of this visitor has to carry. */
function fn_generate_security_hash()
{
    $hash = &Tygh::$app['session']['security_hash'];
    $hash = $hash ?? bin2hex(random_bytes(16));
    return $hash;
}

/**
 * Whether a request may be served: a POST has to come from a page of this session.
 *
 * Stricter than the original, which checks a list of storefront controllers only: here every one that is not exempt.
 */
function fn_csrf_validate_request(array $params)
{
    $validation_required = null;
    fn_set_hook('csrf_validate_request_pre', $params, $validation_required);
    if ($validation_required === null) {
        $schema = fn_get_schema('security', 'csrf_validation');
        $validation_required = $schema[$params['area']]['controllers'][$params['controller']]['validate'] ?? true;
    }
    if ($params['server']['REQUEST_METHOD'] !== 'POST' || !$validation_required || !Registry::get('config.tweaks.anti_csrf')) {
        return true;
    }
    return hash_equals(fn_generate_security_hash(), (string) ($params['request']['security_hash'] ?? ''));
}

/** Values an add-on keeps for itself; null deletes. */
function fn_set_storage_data($key, $data = '')
{
    if ($data === null || $data === '') {
        return db_query('DELETE FROM ?:storage_data WHERE data_key = ?s', $key);
    }
    return db_query('REPLACE INTO ?:storage_data (data_key, data) VALUES (?s, ?s)', $key, $data);
}

function fn_get_storage_data($key)
{
    return db_get_field('SELECT data FROM ?:storage_data WHERE data_key = ?s', $key);
}

/** The original encrypts; here it is only made unreadable at a glance. */
function fn_encrypt_text($text)
{
    return base64_encode((string) $text);
}

function fn_decrypt_text($text)
{
    return (string) base64_decode((string) $text, true);
}

function fn_get_ip($return_int = false)
{
    return ['host' => $_SERVER['REMOTE_ADDR'] ?? '', 'proxy' => ''];
}

function fn_clear_cache($type = '', $extra = '')
{
    return true;
}

function fn_echo($text)
{
    echo $text;
}

function fn_get_company_condition(
    $db_field = 'company_id',
    $add_and = true,
    $company_id = '',
    $show_admin = false,
    $force_condition = false
)
{
    $company_id = $company_id === '' ? Registry::get('runtime.company_id') : $company_id;
    return $company_id ? ($add_and ? ' AND ' : '') . db_quote("$db_field = ?i", $company_id) : '';
}
