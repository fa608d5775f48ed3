<?php

declare(strict_types=1);

namespace Wasl\Demo\CsCart\Smarty;

/**
 * An expression of a Smarty tag, parsed once and evaluated against the variables of a template.
 *
 * Nothing is compiled to PHP and run: a template can call only `__`, a few of PHP's string and array functions, and the
 * shop's own `fn_…` functions. An unknown variable is null, as in Smarty.
 */
final class Expression
{
    private const FUNCTIONS = ['count', 'empty', 'implode', 'in_array', 'is_array', 'isset', 'json_encode', 'sprintf', 'strpos'];
    private const WORDS = [
        'eq' => '==', 'ne' => '!=', 'neq' => '!=', 'gt' => '>', 'lt' => '<', 'gte' => '>=', 'ge' => '>=', 'lte' => '<=',
        'le' => '<=', 'and' => '&&', 'or' => '||', 'not' => '!', 'mod' => '%',
    ];
    private const BINDING = [
        '||' => 1, '&&' => 2, '==' => 3, '!=' => 3, '===' => 3, '!==' => 3, '<' => 4, '>' => 4, '<=' => 4, '>=' => 4,
        '+' => 5, '-' => 5, '*' => 6, '/' => 6, '%' => 6,
    ];
    private const TOKENS = '~\G(?:(\s+)|(\$[A-Za-z_]\w*)|(\d+(?:\.\d+)?)|("(?:[^"\\\\]|\\\\.)*"|\'(?:[^\'\\\\]|\\\\.)*\')'
        . '|(=>|===|!==|==|!=|<=|>=|&&|\|\||@(?=\w)|[-+*/%!<>?:|.,()\[\]=])|([A-Za-z_]\w*))~A';

    /** @var list<array{string, string, bool}> kind, text, and whether a space stands before it */
    private array $tokens = [];
    private int $at = 0;

    private function __construct(private readonly string $source)
    {
        $spaced = false;
        for ($offset = 0, $end = strlen($source); $offset < $end; $offset += strlen($found[0])) {
            if (!preg_match(self::TOKENS, $source, $found, 0, $offset)) {
                throw new SyntaxError('not understood: ' . substr($source, $offset));
            }
            if ($found[1] !== '') {
                $spaced = true;
                continue;
            }
            $kinds = [2 => 'variable', 3 => 'number', 4 => 'string', 5 => 'sign', 6 => 'word'];
            $kind = $kinds[array_key_last($found)];
            $text = end($found);
            $isWord = $kind === 'word' && isset(self::WORDS[strtolower($text)]);
            $this->tokens[] = $isWord ? ['sign', self::WORDS[strtolower($text)], $spaced] : [$kind, $text, $spaced];
            $spaced = false;
        }
    }

    /**
     * @return array<mixed> a tree for `evaluate`; raises SyntaxError
     */
    public static function parse(string $source): array
    {
        $parser = new self($source);
        $tree = $parser->ternary();
        $parser->expectEnd();

        return $tree;
    }

    /**
     * Attributes of a tag: `from=$x item="y"`.
     *
     * @return array<string, array<mixed>> a tree for each name; raises SyntaxError
     */
    public static function attributes(string $source): array
    {
        $parser = new self($source);
        $attributes = [];
        while ($parser->at < count($parser->tokens)) {
            $name = $parser->take('word');
            $parser->take('sign', '=');
            $attributes[$name] = $parser->ternary();
        }

        return $attributes;
    }

    /** Whether a printed expression may go out as it is: `nofilter`, or escaped by the template itself. */
    public static function isEscaped(array $tree): bool
    {
        return $tree[0] === 'modifier' && $tree[1] === 'escape';
    }

    /**
     * @param array<mixed> $tree what `parse` gave
     * @param array<string, mixed> $variables
     */
    public static function evaluate(array $tree, array $variables): mixed
    {
        switch ($tree[0]) {
            case 'value':
                return $tree[1];
            case 'text':
                return implode('', array_map(fn ($part) => self::evaluate($part, $variables), $tree[1]));
            case 'variable':
                return $variables[$tree[1]] ?? null;
            case 'member':
                $owner = self::evaluate($tree[1], $variables);
                $key = self::evaluate($tree[2], $variables);
                return is_array($owner) || $owner instanceof \ArrayAccess ? ($owner[$key] ?? null) : null;
            case 'array':
                return self::evaluateArray($tree[1], $variables);
            case 'not':
                return !self::evaluate($tree[1], $variables);
            case 'minus':
                return -self::evaluate($tree[1], $variables);
            case 'choice':
                return self::evaluate(self::evaluate($tree[1], $variables) ? $tree[2] : $tree[3], $variables);
            case 'binary':
                return self::evaluateBinary($tree, $variables);
            case 'call':
                return self::call($tree[1], array_map(fn ($part) => self::evaluate($part, $variables), $tree[2]));
            default: // a modifier
                $arguments = array_map(fn ($part) => self::evaluate($part, $variables), $tree[3]);
                return Modifiers::apply($tree[1], self::evaluate($tree[2], $variables), $arguments);
        }
    }

    /** @param list<array{array<mixed>|null, array<mixed>}> $items */
    private static function evaluateArray(array $items, array $variables): array
    {
        $array = [];
        foreach ($items as [$key, $value]) {
            if ($key === null) {
                $array[] = self::evaluate($value, $variables);
            } else {
                $array[self::evaluate($key, $variables)] = self::evaluate($value, $variables);
            }
        }

        return $array;
    }

    private static function evaluateBinary(array $tree, array $variables): mixed
    {
        [, $sign, $leftTree, $rightTree] = $tree;
        $left = self::evaluate($leftTree, $variables);
        if ($sign === '&&') {
            return $left && self::evaluate($rightTree, $variables);
        }
        if ($sign === '||') {
            return $left || self::evaluate($rightTree, $variables);
        }
        $right = self::evaluate($rightTree, $variables);

        return match ($sign) {
            '==' => $left == $right, // Smarty compares as PHP's == does
            '!=' => $left != $right,
            '===' => $left === $right,
            '!==' => $left !== $right,
            '<' => $left < $right,
            '>' => $left > $right,
            '<=' => $left <= $right,
            '>=' => $left >= $right,
            '+' => $left + $right,
            '-' => $left - $right,
            '*' => $left * $right,
            '/' => $left / $right,
            '%' => $left % $right,
        };
    }

    private static function call(string $name, array $arguments): mixed
    {
        if ($name === 'isset') {
            return $arguments[0] !== null;
        }
        if ($name === 'empty') {
            return empty($arguments[0]);
        }

        return $name(...$arguments);
    }

    private function ternary(): array
    {
        $tree = $this->binary(1);
        if (!$this->skip('?')) {
            return $tree;
        }
        if ($this->skip(':')) {
            return ['choice', $tree, $tree, $this->ternary()];
        }
        $yes = $this->binary(1);
        $this->take('sign', ':');

        return ['choice', $tree, $yes, $this->ternary()];
    }

    private function binary(int $floor): array
    {
        $left = $this->unary();
        while (($binding = self::BINDING[$this->sign()] ?? 0) >= $floor && $binding > 0) {
            $sign = $this->take('sign');
            $left = ['binary', $sign, $left, $this->binary($binding + 1)];
        }

        return $left;
    }

    private function unary(): array
    {
        if ($this->skip('!')) {
            return ['not', $this->unary()];
        }
        if ($this->skip('-')) {
            return ['minus', $this->unary()];
        }

        return $this->modified($this->primary());
    }

    private function modified(array $tree): array
    {
        while ($this->skip('|')) {
            $this->skip('@');
            $name = $this->take('word');
            if (!Modifiers::knows($name)) {
                throw new SyntaxError("unknown modifier |$name");
            }
            $arguments = [];
            while ($this->sign() === ':' && !$this->tokens[$this->at][2]) {
                $this->at++;
                $arguments[] = $this->primary();
            }
            $tree = ['modifier', $name, $tree, $arguments];
        }

        return $tree;
    }

    private function primary(): array
    {
        [$kind, $text] = $this->tokens[$this->at++] ?? ['', ''];
        switch ($kind) {
            case 'number':
                return ['value', $text + 0];
            case 'string':
                return self::quoted($text);
            case 'variable':
                return $this->members(['variable', substr($text, 1)]);
            case 'word':
                return $this->named($text);
        }
        if ($text === '(') {
            $tree = $this->ternary();
            $this->take('sign', ')');
            return $tree;
        }
        if ($text === '[') {
            return ['array', $this->items()];
        }
        throw new SyntaxError("not an expression: {$this->source}");
    }

    /** `.name`, `.0`, `[expression]` after a variable. */
    private function members(array $tree): array
    {
        for (;;) {
            if ($this->skip('.')) {
                [$kind, $text] = $this->tokens[$this->at++] ?? ['', ''];
                $key = $kind === 'variable' ? ['variable', substr($text, 1)] : ['value', $text];
            } elseif ($this->skip('[')) {
                $key = $this->ternary();
                $this->take('sign', ']');
            } else {
                return $tree;
            }
            $tree = ['member', $tree, $key];
        }
    }

    /** A constant, a call, or a bare word, which Smarty takes for a string. */
    private function named(string $name): array
    {
        $constants = ['true' => true, 'false' => false, 'null' => null];
        if (array_key_exists(strtolower($name), $constants)) {
            return ['value', $constants[strtolower($name)]];
        }
        if (!$this->skip('(')) {
            return ['value', $name];
        }
        if ($name === 'array') {
            return ['array', $this->items(')')];
        }
        if ($name !== '__' && !in_array($name, self::FUNCTIONS, true) && !str_starts_with($name, 'fn_')) {
            throw new SyntaxError("a template may not call $name()");
        }

        return ['call', $name, array_column($this->items(')'), 1)];
    }

    /** @return list<array{array<mixed>|null, array<mixed>}> keys and values up to the closing sign */
    private function items(string $end = ']'): array
    {
        $items = [];
        while (!$this->skip($end)) {
            $value = $this->ternary();
            $items[] = $this->skip('=>') ? [$value, $this->ternary()] : [null, $value];
            if ($this->sign() !== $end) {
                $this->take('sign', ',');
            }
        }

        return $items;
    }

    /** A string; in double quotes `$name`, `{$expression}` and `` `$expression` `` stand for values. */
    private static function quoted(string $text): array
    {
        $inner = substr($text, 1, -1);
        if ($text[0] === "'") {
            return ['value', stripslashes($inner)];
        }
        $parts = [];
        $pieces = preg_split('~(\{[^{}]+\}|`[^`]+`|\$\w+)~', $inner, -1, PREG_SPLIT_DELIM_CAPTURE | PREG_SPLIT_NO_EMPTY);
        foreach ($pieces ?: [] as $piece) {
            $isCode = $piece[0] === '$' || ($piece[0] === '{' && strlen($piece) > 2) || $piece[0] === '`';
            $parts[] = $isCode ? self::parse(trim($piece, '{}`')) : ['value', stripcslashes($piece)];
        }

        return ['text', $parts];
    }

    private function sign(): string
    {
        [$kind, $text] = $this->tokens[$this->at] ?? ['', ''];

        return $kind === 'sign' ? $text : '';
    }

    private function skip(string $sign): bool
    {
        if ($this->sign() !== $sign) {
            return false;
        }
        $this->at++;

        return true;
    }

    private function take(string $kind, string $text = ''): string
    {
        $token = $this->tokens[$this->at++] ?? ['', ''];
        if ($token[0] !== $kind || ($text !== '' && $token[1] !== $text)) {
            throw new SyntaxError(($text ?: $kind) . " expected in: {$this->source}");
        }

        return $token[1];
    }

    private function expectEnd(): void
    {
        if ($this->at < count($this->tokens)) {
            throw new SyntaxError("too much in: {$this->source}");
        }
    }
}
