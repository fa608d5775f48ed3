<?php

/**
 * CS-Cart's database functions over SQLite: placeholders, strings for every value, no transactions (the original's
 * tables are MyISAM). `?:` is the table prefix.
 *
 * Deviation: an UPDATE that changes nothing counts the rows it matched; MySQL counts none.
 */

namespace Tygh\Exceptions {
    /** A query the database refused. Shown to nobody; the message names the query's beginning. */
    final class DatabaseException extends \Exception
    {
    }
}

namespace {
    use Tygh\Exceptions\DatabaseException;
    use Tygh\Registry;
    use Wasl\Demo\CsCart\Dialect;

    const DEMO_BUSY_S = 30;
    const DEMO_QUERY_SHOWN = 160;
    const TABLE_PREFIX = 'cscart_';

    /** This request's connection and what it has learnt of the tables. */
    final class DemoDatabase
    {
        public static ?PDO $pdo = null;
        public static array $columns = [];

        public static function pdo(): PDO
        {
            if (self::$pdo === null) {
                self::$pdo = new PDO('sqlite:' . fn_demo_state_dir() . '/shop.sqlite', null, null, [
                    PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
                    PDO::ATTR_STRINGIFY_FETCHES => true,
                    PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
                    PDO::ATTR_TIMEOUT => DEMO_BUSY_S,
                ]);
                self::$pdo->exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
                Dialect::teach(self::$pdo);
            }
            return self::$pdo;
        }
    }

    /** @return string[] the column names of a table given with its prefix */
    function fn_get_table_fields_of($table)
    {
        if (empty(DemoDatabase::$columns[$table])) {
            $rows = DemoDatabase::pdo()->query("SELECT name, type, pk FROM pragma_table_info('$table')")->fetchAll();
            DemoDatabase::$columns[$table] = array_column($rows, null, 'name');
        }
        return array_keys(DemoDatabase::$columns[$table]);
    }

    /** The query with its placeholders filled in, still in MySQL's words. */
    function db_quote($query, ...$values)
    {
        $query = str_replace('?:', TABLE_PREFIX, $query);
        $known = preg_match('/\b(?:INTO|UPDATE|IGNORE)\s+`?(' . TABLE_PREFIX . '\w+)/i', $query, $found)
            ? array_flip(fn_get_table_fields_of($found[1])) : [];
        return preg_replace_callback('/\?([siladnmeuwpf])/', static function ($mark) use (&$values, $known) {
            if (!$values) {
                throw new DatabaseException("no value for placeholder $mark[0]");
            }
            return fn_demo_filled($mark[1], array_shift($values), $known);
        }, $query);
    }

    function fn_demo_filled($kind, $value, array $known)
    {
        switch ($kind) {
            case 'i':
                return (string) (int) (is_bool($value) || is_numeric($value) ? $value : preg_replace('/^(-?\d*).*$/s', '$1', (string) $value));
            case 'd':
                return sprintf('%01.2f', $value);
            case 'a':
                return implode(', ', array_map('fn_demo_literal', $value ? (array) $value : ['']));
            case 'n':
                return implode(', ', array_map('intval', $value ? (array) $value : [0]));
            case 'p':
                return str_replace('?:', TABLE_PREFIX, $value);
            case 'f':
                return preg_replace('/\W/', '', $value);
            case 'l':
                return fn_demo_literal(str_replace('\\', '\\\\', (string) $value));
            case 'e':
                return fn_demo_rows([$value], $known);
            case 'm':
                return fn_demo_rows($value, $known);
            case 'u':
                return fn_demo_assignments(array_intersect_key($value, $known), ', ');
            case 'w':
                return fn_demo_assignments($value, ' AND ');
            default:
                return fn_demo_literal($value);
        }
    }

    function fn_demo_literal($value)
    {
        return $value === null ? 'NULL' : DemoDatabase::pdo()->quote(is_bool($value) ? (string) (int) $value : (string) $value);
    }

    /** `(columns) VALUES (…), (…)`; a key that is no column is dropped in silence, as the original does. */
    function fn_demo_rows(array $rows, array $known)
    {
        $columns = array_keys(array_intersect_key(reset($rows), $known));
        $tuples = array_map(static function ($row) use ($columns) {
            return '(' . implode(', ', array_map(static fn ($column) => fn_demo_literal($row[$column] ?? ''), $columns)) . ')';
        }, $rows);
        return '(`' . implode('`, `', $columns) . '`) VALUES ' . implode(', ', $tuples);
    }

    function fn_demo_assignments(array $values, $glue)
    {
        $parts = [];
        foreach ($values as $column => $value) {
            $parts[] = "`$column` = " . fn_demo_literal($value);
        }
        return implode($glue, $parts);
    }

    /**
     * @return mixed the id of a row inserted into a table with a counter; rows changed by UPDATE and DELETE; else true
     * @throws DatabaseException unless `runtime.database.skip_errors` is set, then false
     */
    function db_query($query, ...$values)
    {
        $query = db_quote($query, ...$values);
        try {
            return fn_demo_executed($query);
        } catch (PDOException $error) {
            if (Registry::get('runtime.database.skip_errors')) {
                return false;
            }
            throw new DatabaseException(
                $error->getMessage() . ' in: ' . substr($query, 0, DEMO_QUERY_SHOWN),
                0,
                $error
            );
        }
    }

    function fn_demo_executed($query)
    {
        $command = strtoupper(strtok($query, " \n\t("));
        $statement = DemoDatabase::pdo()->query(Dialect::translated($query));
        if (in_array($command, ['SELECT', 'SHOW', 'DESCRIBE'], true)) {
            return $statement;
        }
        if (in_array($command, ['UPDATE', 'DELETE'], true)) {
            return $statement->rowCount();
        }
        if (in_array($command, ['CREATE', 'DROP', 'ALTER'], true)) {
            DemoDatabase::$columns = [];
        }
        return fn_demo_counted($command, $query, $statement->rowCount());
    }

    /** @return int|true */
    function fn_demo_counted($command, $query, $rows)
    {
        if (!in_array($command, ['INSERT', 'REPLACE'], true) || $rows === 0) {
            return true;
        }
        $counts = preg_match('/\bINTO\s+`?(\w+)/i', $query, $found) && DemoDatabase::pdo()
            ->query("SELECT 1 FROM sqlite_master WHERE name = '$found[1]' AND sql LIKE '%AUTOINCREMENT%'")->fetchColumn();
        return $counts ? (int) DemoDatabase::pdo()->lastInsertId() : true;
    }

    /** All rows of a SELECT, the statement being done with: an open one would keep an old view of the tables. */
    function fn_demo_selected($query, array $values, $mode = PDO::FETCH_ASSOC)
    {
        $statement = db_query($query, ...$values);
        return $statement ? $statement->fetchAll($mode) : [];
    }

    function db_get_array($query, ...$values)
    {
        return fn_demo_selected($query, $values);
    }

    /** @return array the first row, or [] */
    function db_get_row($query, ...$values)
    {
        return fn_demo_selected($query, $values)[0] ?? [];
    }

    /** @return string the first value of the first row, or '' */
    function db_get_field($query, ...$values)
    {
        $rows = fn_demo_selected($query, $values, PDO::FETCH_NUM);
        return $rows ? $rows[0][0] : '';
    }

    /** @return string[] the first column */
    function db_get_fields($query, ...$values)
    {
        return array_column(fn_demo_selected($query, $values, PDO::FETCH_NUM), 0);
    }

    /** @return array<string, array> rows by the column $field */
    function db_get_hash_array($query, $field, ...$values)
    {
        return array_column(fn_demo_selected($query, $values), null, $field);
    }

    /** $params: [key column, value column] @return array<string, string> */
    function db_get_hash_single_array($query, $params, ...$values)
    {
        return array_column(fn_demo_selected($query, $values), $params[1], $params[0]);
    }

    /** @return array<string, array[]> lists of rows by the column $field */
    function db_get_hash_multi_array($query, $fields, ...$values)
    {
        $groups = [];
        foreach (fn_demo_selected($query, $values) as $row) {
            $groups[$row[$fields[0]]][] = $row;
        }
        return $groups;
    }

    function db_has_table($name)
    {
        return (bool) DemoDatabase::pdo()->query("SELECT 1 FROM sqlite_master WHERE name = '" . TABLE_PREFIX . "$name'")->fetchColumn();
    }

    function fn_demo_sql_now()
    {
        return gmdate('Y-m-d H:i:s');
    }

    function fn_demo_sql_concat(...$parts)
    {
        return in_array(null, $parts, true) ? null : implode('', $parts);
    }

    function fn_demo_sql_find_in_set($needle, $list)
    {
        $place = array_search((string) $needle, explode(',', (string) $list), true);
        return $place === false ? 0 : $place + 1;
    }

    function fn_demo_sql_database()
    {
        return 'cscart';
    }
}
