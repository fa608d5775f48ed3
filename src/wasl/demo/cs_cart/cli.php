<?php

/**
 * The shop from a terminal: `php cli.php init | install ZIP | uninstall ID | payment NAME SCRIPT [PARAMS [STOREFRONT]] |
 * dump`.
 *
 * CSCART_STATE names the shop's folder. Ends with 0 and says what it did, or with 1 and a sentence why not.
 */

if (PHP_SAPI !== 'cli') {
    exit;
}
ini_set('display_errors', 'stderr');
define('AREA', 'A');
define('ACCOUNT_TYPE', 'admin');
define('DEMO_CONSOLE', true);
require __DIR__ . '/core/bootstrap.php';
try {
    fn_demo_start();
    echo demo_command(array_slice($argv, 1)), "\n";
} catch (Throwable $error) {
    fwrite(STDERR, $error->getMessage() . "\n");
    exit(1);
}

function demo_command(array $words)
{
    switch ($words[0] ?? '') {
        case 'init':
            return 'ready: ' . fn_demo_state_dir();
        case 'install':
            return demo_install($words[1] ?? '');
        case 'uninstall':
            return demo_done(fn_uninstall_addon($words[1] ?? ''), 'uninstalled');
        case 'payment':
            return demo_add_payment($words[1] ?? '', $words[2] ?? '', $words[3] ?? '', $words[4] ?? '');
        case 'dump':
            return demo_dump();
        default:
            throw new InvalidArgumentException('say init, install ZIP, uninstall ID, payment NAME SCRIPT [PARAMS [STOREFRONT]] or dump');
    }
}

function demo_install($zip)
{
    $addon = fn_addons_install_from_archive($zip);
    return demo_done($addon !== '', "installed $addon " . fn_get_addon_version($addon));
}

/** @throws RuntimeException with the notices the shop would show */
function demo_done($is_done, $text)
{
    if (!$is_done) {
        throw new RuntimeException(implode('; ', array_column(fn_get_notifications(), 'message')) ?: 'the shop refused');
    }
    return $text;
}

/** Without a storefront the method is offered in all. @return string its id */
function demo_add_payment($name, $script, $params, $storefront)
{
    $processor_id = db_get_field('SELECT processor_id FROM ?:payment_processors WHERE processor_script = ?s', $script);
    if ($processor_id === '') {
        throw new RuntimeException("no processor has the script $script");
    }
    $data = [
        'payment' => $name,
        'processor_id' => $processor_id,
        'template' => 'views/orders/components/payments/cc_outside.tpl',
    ];
    if ($params !== '') {
        $data['processor_params'] = json_decode($params, true, 8, JSON_THROW_ON_ERROR);
    }
    if ($storefront !== '') {
        $data['storefront_ids'] = [(int) $storefront];
    }
    return (string) fn_update_payment($data, 0);
}

/** Every table as JSON. */
function demo_dump()
{
    $tables = [];
    foreach (db_get_fields(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE ?l ORDER BY name",
        TABLE_PREFIX . '%'
    ) as $table) {
        $tables[substr($table, strlen(TABLE_PREFIX))] = db_get_array("SELECT * FROM $table");
    }
    return json_encode($tables, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);
}
