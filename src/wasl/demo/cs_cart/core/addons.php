<?php

/** Add-ons: loading, installing, upgrading, uninstalling by their manifest, scheme 3.0 (CS-Cart reference §2.2, §2.3). */

use Tygh\Registry;

/** Load every active add-on: its settings, then config.php, func.php and init.php, lowest priority first. */
function fn_demo_init_addons()
{
    $rows = db_get_array('SELECT * FROM ?:addons ORDER BY priority, addon');
    foreach ($rows as $row) {
        Registry::set(
            "addons.$row[addon]",
            fn_demo_addon_settings($row['addon']) + ['status' => $row['status'], 'priority' => $row['priority']]
        );
    }
    foreach ($rows as $row) {
        if ($row['status'] === 'A') {
            fn_demo_load_addon($row['addon']);
        }
    }
}

function fn_demo_load_addon($addon)
{
    foreach (['config', 'func', 'init'] as $file) {
        if (is_file(DIR_ROOT . "/app/addons/$addon/$file.php")) {
            include_once DIR_ROOT . "/app/addons/$addon/$file.php";
        }
    }
}

/** @return string[] ids of active add-ons in their order */
function fn_demo_active_addons()
{
    return array_keys(array_filter(
        (array) Registry::get('addons'),
        static fn ($addon) => ($addon['status'] ?? '') === 'A'
    ));
}

function fn_demo_addon_settings($addon)
{
    return db_get_hash_single_array(
        "SELECT o.name, o.value FROM ?:settings_objects AS o JOIN ?:settings_sections AS s ON s.section_id = o.section_id"
        . " WHERE s.name = ?s AND s.type = 'ADDON'",
        ['name', 'value'],
        $addon
    );
}

/** @return array [rows of installed add-ons and of those whose files are there, $params] */
function fn_get_addons($params = [], $items_per_page = 0, $lang_code = CART_LANGUAGE)
{
    $rows = db_get_hash_array(
        'SELECT a.*, d.name, d.description FROM ?:addons AS a'
        . ' LEFT JOIN ?:addon_descriptions AS d ON d.addon = a.addon AND d.lang_code = ?s ORDER BY a.addon',
        'addon',
        $lang_code
    );
    foreach (glob(DIR_ROOT . '/app/addons/*/addon.xml') ?: [] as $file) {
        $addon = basename(dirname($file));
        $xml = fn_demo_manifest($addon);
        $rows += [$addon => [
            'addon' => $addon,
            'name' => (string) $xml->name ?: $addon,
            'description' => '',
            'version' => (string) $xml->version,
            'status' => 'N',
        ]];
        $rows[$addon]['installed'] = $rows[$addon]['status'] !== 'N';
    }
    return [$rows, $params];
}

function fn_get_addon_version($addon)
{
    return db_get_field('SELECT version FROM ?:addons WHERE addon = ?s', $addon);
}

function fn_update_addon_status($addon, $status, $show_notification = true)
{
    db_query('UPDATE ?:addons SET status = ?s WHERE addon = ?s', $status, $addon);
    Registry::set("addons.$addon.status", $status);
    return true;
}

/** @return SimpleXMLElement|null */
function fn_demo_manifest($addon)
{
    $file = DIR_ROOT . "/app/addons/$addon/addon.xml";
    $xml = is_file($file) ? @simplexml_load_string(file_get_contents($file)) : false;
    return $xml !== false && (string) $xml->id === $addon ? $xml : null;
}

/** Queries, settings, texts, then the manifest's functions; active at the end. @return bool */
function fn_install_addon($addon, $show_notification = true, $install_demo = false, $allow_unmanaged = false)
{
    $xml = fn_demo_manifest($addon);
    $objection = $xml === null ? "$addon has no valid addon.xml" : fn_demo_incompatible($xml);
    if ($objection !== '' || db_get_field('SELECT addon FROM ?:addons WHERE addon = ?s', $addon) !== '') {
        fn_set_notification('E', __('error'), $objection ?: "$addon is installed already");
        return false;
    }
    fn_demo_include_functions($addon);
    if (!fn_demo_run_functions($xml, 'before_install')) {
        return false;
    }
    db_query('INSERT INTO ?:addons ?e', [
        'addon' => $addon,
        'status' => 'D',
        'version' => (string) $xml->version,
        'priority' => (int) $xml->priority,
        'install_datetime' => time(),
    ]);
    fn_demo_run_queries($xml, 'install', $addon);
    fn_demo_install_settings($xml, $addon);
    fn_demo_install_texts($addon);
    Registry::set(
        "addons.$addon",
        fn_demo_addon_settings($addon) + ['status' => 'D', 'priority' => (int) $xml->priority]
    );
    if (!fn_demo_run_functions($xml, 'install')) {
        fn_uninstall_addon($addon, false);
        return false;
    }
    fn_update_addon_status($addon, (string) $xml->status === 'disabled' ? 'D' : 'A');
    fn_demo_load_addon($addon);
    return true;
}

/** New files have been copied over old ones: texts and settings anew, but no installer function and no query. */
function fn_demo_upgrade_addon($addon)
{
    $xml = fn_demo_manifest($addon);
    db_query(
        'UPDATE ?:addons SET ?u WHERE addon = ?s',
        ['version' => (string) $xml->version, 'priority' => (int) $xml->priority],
        $addon
    );
    fn_demo_remove_texts($addon);
    fn_demo_install_texts($addon);
    return true;
}

/** The manifest's functions, its queries, then all rows of settings and texts. Its files stay. @return bool */
function fn_uninstall_addon($addon, $show_notification = true, $allow_unmanaged = false)
{
    $xml = fn_demo_manifest($addon);
    if ($xml === null || db_get_field('SELECT addon FROM ?:addons WHERE addon = ?s', $addon) === '') {
        return false;
    }
    fn_demo_include_functions($addon);
    fn_demo_run_functions($xml, 'uninstall');
    fn_demo_run_queries($xml, 'uninstall', $addon);
    fn_demo_remove_settings($addon);
    fn_demo_remove_texts($addon);
    db_query('DELETE FROM ?:addon_descriptions WHERE addon = ?s', $addon);
    db_query('DELETE FROM ?:addons WHERE addon = ?s', $addon);
    Registry::set("addons.$addon", null);
    return true;
}

/** @return string why this shop refuses the add-on; '' when it does not */
function fn_demo_incompatible(SimpleXMLElement $xml)
{
    $wants = $xml->compatibility;
    foreach (['core_version' => PRODUCT_VERSION, 'php_version' => PHP_VERSION] as $name => $version) {
        $is_old = (string) $wants->$name->min !== '' && version_compare($version, (string) $wants->$name->min, '<');
        $is_new = (string) $wants->$name->max !== '' && version_compare($version, (string) $wants->$name->max, '>');
        if ($is_old || $is_new) {
            return "$xml->id does not fit $name $version";
        }
    }
    $editions = array_filter(array_map('trim', explode(',', (string) $wants->core_edition)));
    if ($editions && !in_array(PRODUCT_EDITION, $editions, true)) {
        return "$xml->id does not fit the edition " . PRODUCT_EDITION;
    }
    foreach ($wants->php_extensions ? $wants->php_extensions->children() : [] as $name => $extension) {
        if ((string) $extension->supported === 'Y' && !extension_loaded($name)) {
            return "$xml->id needs the PHP extension $name";
        }
    }
    return (string) $xml['scheme'] === '3.0' ? '' : 'this shop knows scheme 3.0 only';
}

function fn_demo_include_functions($addon)
{
    if (is_file(DIR_ROOT . "/app/addons/$addon/func.php")) {
        include_once DIR_ROOT . "/app/addons/$addon/func.php";
    }
}

/** @return bool false when one of them said so */
function fn_demo_run_functions(SimpleXMLElement $xml, $moment)
{
    $result = true;
    foreach ($xml->xpath("functions/item[@for='$moment']") as $item) {
        $function = trim((string) $item);
        $result = $function() !== false && $result;
    }
    return $result;
}

function fn_demo_run_queries(SimpleXMLElement $xml, $moment, $addon)
{
    foreach ($xml->xpath("queries/item[@for='$moment']") as $item) {
        $editions = array_filter(array_map('trim', explode(',', (string) $item['editions'])));
        if ($editions && !in_array(PRODUCT_EDITION, $editions, true)) {
            continue;
        }
        $sql = (string) $item['type'] === 'file'
            ? file_get_contents(DIR_ROOT . "/app/addons/$addon/" . basename(trim((string) $item))) : (string) $item;
        foreach (array_filter(array_map('trim', preg_split('/;\s*(?:\n|$)/', $sql))) as $query) {
            db_query('?p', $query);
        }
    }
}

function fn_demo_install_settings(SimpleXMLElement $xml, $addon)
{
    $items = $xml->xpath('settings/sections/section/items/item');
    if (!$items) {
        return;
    }
    $section_id = db_query('INSERT INTO ?:settings_sections ?e', ['name' => $addon, 'type' => 'ADDON']);
    foreach ($items as $position => $item) {
        db_query('INSERT INTO ?:settings_objects ?e', [
            'section_id' => $section_id,
            'name' => (string) $item['id'],
            'type' => (string) $item->type,
            'value' => (string) $item->default_value,
            'position' => $position,
        ]);
    }
}

function fn_demo_remove_settings($addon)
{
    $sections = db_get_fields("SELECT section_id FROM ?:settings_sections WHERE name = ?s AND type = 'ADDON'", $addon);
    foreach ($sections as $id) {
        $objects = db_get_fields('SELECT object_id FROM ?:settings_objects WHERE section_id = ?i', $id);
        db_query("DELETE FROM ?:settings_descriptions WHERE object_type = 'O' AND object_id IN (?n)", $objects);
        db_query('DELETE FROM ?:settings_objects WHERE section_id = ?i', $id);
        db_query('DELETE FROM ?:settings_sections WHERE section_id = ?i', $id);
    }
}

/** Every entry of the add-on's .po files, by language. */
function fn_demo_texts_of($addon)
{
    $texts = [];
    foreach (array_keys(fn_get_translation_languages()) as $lang_code) {
        $file = DIR_ROOT . "/var/langs/$lang_code/addons/$addon.po";
        $texts[$lang_code] = is_file($file) ? fn_demo_read_po($file) : [];
    }
    return $texts;
}

function fn_demo_install_texts($addon)
{
    foreach (fn_demo_texts_of($addon) as $lang_code => $entries) {
        $about = ['addon' => $addon, 'lang_code' => $lang_code, 'name' => $addon, 'description' => ''];
        foreach ($entries as $entry) {
            $context = explode('::', $entry['context']);
            if ($context[0] === 'Languages') {
                db_query(
                    'REPLACE INTO ?:language_values ?e',
                    ['lang_code' => $lang_code, 'name' => $context[1], 'value' => $entry['value']]
                );
            } elseif ($context[0] === 'Addons' && $context[2] === $addon) {
                $about[$context[1]] = $entry['value'];
            } elseif ($context[0] === 'SettingsOptions' && $context[1] === $addon) {
                fn_demo_describe_setting($addon, $context[2], $lang_code, $entry['value']);
            }
        }
        db_query('REPLACE INTO ?:addon_descriptions ?e', $about);
    }
}

function fn_demo_describe_setting($addon, $name, $lang_code, $value)
{
    $id = db_get_field(
        'SELECT o.object_id FROM ?:settings_objects AS o JOIN ?:settings_sections AS s ON s.section_id = o.section_id'
        . ' WHERE s.name = ?s AND o.name = ?s',
        $addon,
        $name
    );
    db_query(
        'REPLACE INTO ?:settings_descriptions ?e',
        ['object_id' => $id, 'object_type' => 'O', 'lang_code' => $lang_code, 'value' => $value]
    );
}

function fn_demo_remove_texts($addon)
{
    foreach (fn_demo_texts_of($addon) as $lang_code => $entries) {
        foreach ($entries as $entry) {
            $context = explode('::', $entry['context']);
            if ($context[0] === 'Languages') {
                db_query('DELETE FROM ?:language_values WHERE lang_code = ?s AND name = ?s', $lang_code, $context[1]);
            }
        }
    }
}
