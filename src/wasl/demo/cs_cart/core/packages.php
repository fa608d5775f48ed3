<?php

/** A package uploaded at Add-ons → Manual installation (CS-Cart reference §2.6). */

const DEMO_REFUSED_ROOTS = [
    '.htaccess', 'index.php', 'init.php', 'api.php', 'admin.php', 'vendor.php', 'config.php', 'config.local.php', 'app/Tygh',
];
const DEMO_DROPPED_ROOTS = ['README.md', 'LICENSE.md', '.gitignore', 'changelog.txt'];
const DEMO_PACKAGE_FILES_MAX = 2000;
const DEMO_PACKAGE_BYTES_MAX = 64 * 1024 * 1024;

/** Install, or upgrade, from a zip. @return string the add-on's id; '' when it was refused, a notification says why */
function fn_addons_install_from_archive($path)
{
    $zip = new ZipArchive();
    if ($zip->open($path, ZipArchive::RDONLY) !== true) {
        return fn_demo_refuse_package('not a zip');
    }
    $files = fn_demo_package_files($zip);
    $addon = fn_demo_addon_of($files, $prefix);
    $objection = $addon === '' ? 'no app/addons/<id>/addon.xml inside' : fn_demo_package_objection($files, $prefix);
    if ($objection !== '') {
        return fn_demo_refuse_package($objection);
    }
    $is_upgrade = db_get_field('SELECT addon FROM ?:addons WHERE addon = ?s', $addon) !== '';
    if ($is_upgrade) {
        fn_demo_remove_texts($addon);
    }
    fn_demo_remove_files($addon);
    foreach ($files as $index => $name) {
        fn_demo_copy_file($zip, $index, substr($name, strlen($prefix)));
    }
    $done = $is_upgrade ? fn_demo_upgrade_addon($addon) : fn_install_addon($addon);
    return $done ? $addon : '';
}

function fn_demo_refuse_package($reason)
{
    fn_set_notification('E', __('error'), "The package was refused: $reason");
    return '';
}

/** @return array<int, string> names of files by their index; [] for an archive too large to be an add-on */
function fn_demo_package_files(ZipArchive $zip)
{
    $files = [];
    $bytes = 0;
    for ($index = 0; $index < min($zip->numFiles, DEMO_PACKAGE_FILES_MAX); $index++) {
        $entry = $zip->statIndex($index);
        $bytes += $entry['size'];
        if (!str_ends_with($entry['name'], '/')) {
            $files[$index] = $entry['name'];
        }
    }
    return $bytes > DEMO_PACKAGE_BYTES_MAX ? [] : $files;
}

/** @return string the id; $prefix becomes the folder that everything else stands in, '' or "name/" */
function fn_demo_addon_of(array $files, &$prefix)
{
    foreach ($files as $name) {
        if (preg_match('#^(.*?)app/addons/([a-z0-9_]+)/addon\.xml$#', $name, $found)) {
            $prefix = $found[1];
            return $found[2];
        }
    }
    return '';
}

/** @return string why, or '' */
function fn_demo_package_objection(array $files, $prefix)
{
    foreach ($files as $name) {
        if (in_array('..', explode('/', $name), true) || str_starts_with($name, '/')) {
            return 'a name leaves the folder';
        }
        $inside = substr($name, strlen($prefix));
        foreach (DEMO_REFUSED_ROOTS as $root) {
            if ($inside === $root || str_starts_with($inside, "$root/")) {
                return "$root at the root";
            }
        }
    }
    return '';
}

function fn_demo_copy_file(ZipArchive $zip, $index, $name)
{
    if (in_array($name, DEMO_DROPPED_ROOTS, true)) {
        return;
    }
    $target = DIR_ROOT . "/$name";
    if (!is_dir(dirname($target))) {
        mkdir(dirname($target), 0700, true);
    }
    file_put_contents($target, $zip->getFromIndex($index));
    if (function_exists('opcache_invalidate')) {
        opcache_invalidate($target, true);
    }
}

/** The files of an older version go before the new ones come. */
function fn_demo_remove_files($addon)
{
    $folders = array_merge(
        [DIR_ROOT . "/app/addons/$addon", DIR_ROOT . "/design/backend/templates/addons/$addon"],
        glob(DIR_ROOT . "/{design/themes,var/themes_repository}/*/templates/addons/$addon", GLOB_BRACE) ?: []
    );
    foreach (array_filter($folders, 'is_dir') as $folder) {
        $inside = new RecursiveDirectoryIterator($folder, FilesystemIterator::SKIP_DOTS);
        foreach (new RecursiveIteratorIterator($inside, RecursiveIteratorIterator::CHILD_FIRST) as $file) {
            $file->isDir() ? rmdir($file->getPathname()) : unlink($file->getPathname());
        }
        rmdir($folder);
    }
    array_map('unlink', glob(DIR_ROOT . "/var/langs/*/addons/$addon.po") ?: []);
}
