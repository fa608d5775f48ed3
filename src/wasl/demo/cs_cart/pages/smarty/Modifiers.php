<?php

declare(strict_types=1);

namespace Wasl\Demo\CsCart\Smarty;

/** `{$value|modifier:argument}`: those of Smarty that settings templates use, and the shop's `fn_…` functions. */
final class Modifiers
{
    private const KNOWN = ['cat', 'count', 'default', 'escape', 'explode', 'json_encode', 'lower', 'nl2br', 'replace', 'trim', 'upper'];

    public static function knows(string $name): bool
    {
        return in_array($name, self::KNOWN, true) || str_starts_with($name, 'fn_');
    }

    /** @param list<mixed> $arguments */
    public static function apply(string $name, mixed $value, array $arguments): mixed
    {
        return match ($name) {
            'cat' => $value . ($arguments[0] ?? ''),
            'count' => is_countable($value) ? count($value) : 0,
            'default' => ($value ?? '') === '' ? ($arguments[0] ?? '') : $value,
            'escape' => self::escape((string) $value, (string) ($arguments[0] ?? 'html')),
            'explode' => explode((string) $value, (string) $arguments[0]),
            'json_encode' => json_encode($value, JSON_THROW_ON_ERROR | JSON_HEX_TAG | JSON_HEX_AMP),
            'lower' => mb_strtolower((string) $value),
            'nl2br' => nl2br((string) $value),
            'replace' => str_replace((string) $arguments[0], (string) $arguments[1], (string) $value),
            'trim' => trim((string) $value),
            'upper' => mb_strtoupper((string) $value),
            default => $name($value, ...$arguments),
        };
    }

    private static function escape(string $value, string $how): string
    {
        return match ($how) {
            'url' => rawurlencode($value),
            'javascript' => addcslashes($value, "\\'\"\n\r</"),
            default => htmlspecialchars($value, ENT_QUOTES | ENT_SUBSTITUTE),
        };
    }
}
