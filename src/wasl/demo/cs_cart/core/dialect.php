<?php

/**
 * MySQL as add-ons write it, said in SQLite. Only what add-ons' own tables and queries use; anything else fails aloud.
 *
 * A decimal column keeps its text ("57.90"), as MySQL would print it.
 */

namespace Wasl\Demo\CsCart;

final class Dialect
{
    private const FUNCTIONS = [
        'UNIX_TIMESTAMP' => 'time',
        'NOW' => 'fn_demo_sql_now',
        'GET_LOCK' => 'fn_demo_get_lock',
        'RELEASE_LOCK' => 'fn_demo_release_lock',
        'IS_FREE_LOCK' => 'fn_demo_is_free_lock',
        'CONCAT' => 'fn_demo_sql_concat',
        'FIND_IN_SET' => 'fn_demo_sql_find_in_set',
        'GREATEST' => 'max',
        'LEAST' => 'min',
        'MD5' => 'md5',
        'DATABASE' => 'fn_demo_sql_database',
    ];

    public static function teach(\PDO $pdo): void
    {
        foreach (self::FUNCTIONS as $name => $function) {
            $pdo->sqliteCreateFunction($name, $function);
        }
        $pdo->sqliteCreateFunction('IF', static fn ($when, $then, $else) => $when ? $then : $else, 3);
    }

    public static function translated(string $query): string
    {
        $query = trim($query);
        if (preg_match('/^CREATE\s+TABLE/i', $query)) {
            return self::table($query);
        }
        if (preg_match('/^SHOW\s+TABLES(?:\s+LIKE\s+(.+))?$/is', $query, $found)) {
            return "SELECT name FROM sqlite_master WHERE type = 'table'"
                . (isset($found[1]) ? ' AND name LIKE ' . stripslashes($found[1]) : '');
        }
        if (preg_match('/^(?:SHOW\s+COLUMNS\s+FROM|DESCRIBE)\s+`?(\w+)`?(?:\s+LIKE\s+(.+))?$/is', $query, $found)) {
            return "SELECT name AS Field, type AS Type FROM pragma_table_info('$found[1]')"
                . (isset($found[2]) ? ' WHERE name LIKE ' . $found[2] : '');
        }
        $query = preg_replace('/^INSERT\s+IGNORE\s+/i', 'INSERT OR IGNORE ', $query);
        $query = preg_replace('/\s+FOR\s+UPDATE\s*$/i', '', $query);
        return self::upsert($query);
    }

    /** `ON DUPLICATE KEY UPDATE a = VALUES(a)`. */
    private static function upsert(string $query): string
    {
        if (!preg_match('/^(INSERT\s.*?)\s+ON\s+DUPLICATE\s+KEY\s+UPDATE\s+(.*)$/is', $query, $found)) {
            return $query;
        }
        return $found[1] . ' ON CONFLICT DO UPDATE SET ' . preg_replace(
            '/VALUES\s*\(\s*`?(\w+)`?\s*\)/i',
            'excluded.$1',
            $found[2]
        );
    }

    private static function table(string $query): string
    {
        $end = strrpos($query, ')');
        $start = strpos($query, '(');
        $columns = [];
        foreach (self::split(substr($query, $start + 1, $end - $start - 1)) as $item) {
            $column = self::column($item);
            if ($column !== '') {
                $columns[] = $column;
            }
        }
        if (preg_grep('/AUTOINCREMENT/', $columns)) {
            $columns = preg_grep('/^PRIMARY KEY/i', $columns, PREG_GREP_INVERT);
        }
        return substr($query, 0, $start) . '(' . implode(', ', $columns) . ')';
    }

    /** One line of a table: a column, or a key; a key that is not unique only makes things faster and is left out. */
    private static function column(string $item): string
    {
        if (preg_match('/^UNIQUE(?:\s+(?:KEY|INDEX))?\s*(?:`?\w+`?)?\s*(\(.*\))$/is', $item, $found)) {
            return 'UNIQUE ' . preg_replace('/\(\d+\)/', '', $found[1]);
        }
        if (preg_match('/^(?:KEY|INDEX)\b/i', $item)) {
            return '';
        }
        if (preg_match('/^PRIMARY\s+KEY/i', $item)) {
            return $item;
        }
        if (preg_match('/^(`?\w+`?)\s.*AUTO_INCREMENT/is', $item, $found)) {
            return "$found[1] INTEGER PRIMARY KEY AUTOINCREMENT";
        }
        $item = preg_replace(
            '/\b(unsigned|zerofill)\b|\b(CHARACTER\s+SET|COLLATE)\s+\w+|\bCOMMENT\s+\'[^\']*\'/i',
            '',
            $item
        );
        return preg_replace('/\bdecimal\s*\([^)]*\)/i', 'text', $item);
    }

    /** Split at commas outside brackets and quotes. */
    private static function split(string $body): array
    {
        preg_match_all("/(?:[^,('\"]|'[^']*'|\"[^\"]*\"|\((?:[^()']|'[^']*')*\))+/", $body, $found);
        return array_values(array_filter(array_map('trim', $found[0])));
    }
}
