<?php

/** Language variables: those of add-ons stand in the database, the shop's own in `texts/`. */

/** @return string the text with its placeholders filled in, or the name with a "_" before it when there is none */
function __($var, $params = [], $lang_code = CART_LANGUAGE)
{
    $text = fn_demo_text($var, $lang_code) ?? fn_demo_text($var, 'en') ?? "_$var";
    return is_array($params) ? strtr($text, array_map('strval', array_filter($params, 'is_scalar'))) : $text;
}

function fn_demo_text($var, $lang_code)
{
    static $texts = [];
    if (!isset($texts[$lang_code])) {
        $file = DEMO_DIR . "/texts/$lang_code.php";
        $texts[$lang_code] = db_get_hash_single_array(
            'SELECT name, value FROM ?:language_values WHERE lang_code = ?s',
            ['name', 'value'],
            $lang_code
        ) + (is_file($file) ? require $file : []);
    }
    return $texts[$lang_code][$var] ?? null;
}

function fn_get_lang_var($var, $lang_code = CART_LANGUAGE)
{
    return __($var, [], $lang_code);
}

function fn_get_translation_languages()
{
    return db_get_hash_array("SELECT * FROM ?:languages WHERE status <> 'D'", 'lang_code');
}

function fn_get_languages($params = [])
{
    return fn_get_translation_languages();
}

/**
 * A translation file's entries.
 *
 * @return array<array{context: string, id: string, value: string}> without the header
 */
function fn_demo_read_po($file)
{
    $entries = [];
    $entry = ['msgctxt' => '', 'msgid' => '', 'msgstr' => ''];
    $field = '';
    foreach (array_merge(file($file), ['']) as $line) {
        $line = trim($line);
        if ($line === '' || $line[0] === '#') {
            $entries[] = $entry;
            $entry = ['msgctxt' => '', 'msgid' => '', 'msgstr' => ''];
        } elseif (preg_match('/^(?:(msgctxt|msgid|msgstr)\s+)?"(.*)"$/', $line, $found)) {
            $field = $found[1] ?: $field;
            $entry[$field] .= stripcslashes($found[2]);
        }
    }
    return array_values(array_map(
        static fn ($e) => [
            'context' => $e['msgctxt'],
            'id' => $e['msgid'],
            'value' => $e['msgstr'] !== '' ? $e['msgstr'] : $e['msgid'],
        ],
        array_filter($entries, static fn ($e) => $e['msgctxt'] !== '')
    ));
}
