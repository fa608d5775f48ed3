<?php

/**
 * Locks: the newer service (`Tygh::$app['lock.factory']`, database-backed) and MySQL's GET_LOCK for older releases.
 *
 * `lock` in shop.json: "database" (default), "dummy" (always given, as a merchant may configure) or "none" (a release
 * before the service).
 */

namespace Tygh\Lock {
    /** Makes locks by name. */
    final class Factory
    {
        public function __construct(private bool $real)
        {
        }

        public function createLock($name, $ttl = 300.0, $autorelease = true)
        {
            return new Lock($name, $ttl, $this->real, $autorelease);
        }
    }

    /** One lock of one request. It expires after its ttl, whoever holds it. */
    final class Lock
    {
        private const LOOK_US = 10_000;

        private string $token;

        private bool $asked = false;

        public function __construct(private $name, private $ttl, private bool $real, private bool $autorelease)
        {
            $this->token = bin2hex(random_bytes(16));
        }

        public function __destruct()
        {
            if ($this->autorelease) {
                $this->release();
            }
        }

        /** @return bool at once; false when another request holds it */
        public function acquire($blocking = false)
        {
            if (!$this->asked) {
                $this->asked = true;
                demo_pause_at_lock('lock.waiting', $this->name);
            }
            if ($blocking) {
                $this->wait();
            }
            $got = !$this->real || $this->taken();
            if ($got) {
                demo_pause_at_lock('settle.locked', $this->name);
            }
            return $got;
        }

        /** Waits until nobody holds it; the caller then has to try `acquire` again. */
        public function wait()
        {
            while ($this->real && $this->holder() !== null) {
                usleep(self::LOOK_US);
            }
            return true;
        }

        public function release()
        {
            db_query('DELETE FROM ?:lock_keys WHERE key_id = ?s AND token = ?s', $this->name, $this->token);
        }

        public function isAcquired()
        {
            return !$this->real || $this->holder() === $this->token;
        }

        private function taken(): bool
        {
            db_query('DELETE FROM ?:lock_keys WHERE key_id = ?s AND expiry <= ?s', $this->name, microtime(true));
            db_query(
                'INSERT IGNORE INTO ?:lock_keys (key_id, token, expiry) VALUES (?s, ?s, ?s)',
                $this->name,
                $this->token,
                microtime(true) + $this->ttl
            );
            return $this->holder() === $this->token;
        }

        private function holder(): ?string
        {
            $token = db_get_field(
                'SELECT token FROM ?:lock_keys WHERE key_id = ?s AND expiry > ?s',
                $this->name,
                microtime(true)
            );
            return $token === '' ? null : $token;
        }
    }
}

namespace {
    const DEMO_LOCK_LOOK_US = 10_000;

    /** The open files of this request's GET_LOCKs; closing one gives the lock back, as the end of a connection does. */
    final class DemoNamedLocks
    {
        public static array $held = [];

        /** @return resource */
        public static function file(string $name)
        {
            $folder = fn_demo_state_dir() . '/locks';
            if (!is_dir($folder)) {
                @mkdir($folder, 0700, true);
            }
            return fopen($folder . '/' . md5($name), 'c');
        }
    }

    function fn_demo_get_lock($name, $timeout)
    {
        demo_pause_at_lock('lock.waiting', $name);
        $file = DemoNamedLocks::$held[$name] ?? DemoNamedLocks::file($name);
        $until = microtime(true) + (float) $timeout;
        while (!flock($file, LOCK_EX | LOCK_NB)) {
            if (microtime(true) >= $until) {
                return 0;
            }
            usleep(DEMO_LOCK_LOOK_US);
        }
        DemoNamedLocks::$held[$name] = $file;
        demo_pause_at_lock('settle.locked', $name);
        return 1;
    }

    function fn_demo_release_lock($name)
    {
        if (!isset(DemoNamedLocks::$held[$name])) {
            return null;
        }
        fclose(DemoNamedLocks::$held[$name]);
        unset(DemoNamedLocks::$held[$name]);
        return 1;
    }

    function fn_demo_is_free_lock($name)
    {
        $file = DemoNamedLocks::file($name);
        $free = flock($file, LOCK_EX | LOCK_NB);
        fclose($file);
        return (int) $free;
    }
}
