<?php

/** The three objects every CS-Cart add-on reaches for: the registry, the container and its application. */

namespace Tygh;

/** Values by dotted names: `addons.wasl.status`, `runtime.company_id`, `currencies`. */
final class Registry
{
    private static array $values = [];

    /** @return mixed null when there is nothing of that name */
    public static function get($name)
    {
        $value = self::$values;
        foreach (explode('.', $name) as $key) {
            if (!is_array($value) || !array_key_exists($key, $value)) {
                return null;
            }
            $value = $value[$key];
        }
        return $value;
    }

    public static function set($name, $value)
    {
        $place = &self::$values;
        foreach (explode('.', $name) as $key) {
            if (!is_array($place)) {
                $place = [];
            }
            $place = &$place[$key];
        }
        $place = $value;
        return true;
    }

    public static function del($name)
    {
        return self::set($name, null);
    }

    public static function isExist($name)
    {
        return self::get($name) !== null;
    }

    /** @return mixed $default for null, false, '' and 0 alike, as the original does not tell them apart either */
    public static function ifGet($name, $default)
    {
        $value = self::get($name);
        return empty($value) ? $default : $value;
    }
}

/** A container: services are made when first asked for; an unknown one is an error, so `isset` has to come first. */
final class Application implements \ArrayAccess
{
    private array $services = [];

    public function offsetExists(mixed $name): bool
    {
        return array_key_exists($name, $this->services);
    }

    public function offsetGet(mixed $name): mixed
    {
        if (!$this->offsetExists($name)) {
            throw new \InvalidArgumentException("Identifier \"$name\" is not defined.");
        }
        if ($this->services[$name] instanceof \Closure) {
            $this->services[$name] = $this->services[$name]($this);
        }
        return $this->services[$name];
    }

    public function offsetSet(mixed $name, mixed $service): void
    {
        $this->services[$name] = $service;
    }

    public function offsetUnset(mixed $name): void
    {
        unset($this->services[$name]);
    }

    /** The original is a Pimple container with this method. */
    public function has($name)
    {
        return $this->offsetExists($name);
    }
}

final class Tygh
{
    public static Application $app;
}

Tygh::$app = new Application();
class_alias(Tygh::class, 'Tygh');
