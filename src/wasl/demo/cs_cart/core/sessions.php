<?php

/**
 * A visitor's session: a cookie, and what the server keeps under its number.
 *
 * As in the original (CS-Cart reference §3.2): the cookie is SameSite=Lax, so a form posted from another site arrives
 * without it and a new session then replaces the buyer's; the number is also taken from a parameter, which wins over the
 * cookie; another User-Agent ends the session; of two requests that change it, the last to end writes it all.
 */

namespace Tygh\Web {
    const SESSION_AGE_S = 2 * 60 * 60;
    const SESSION_ID = '/^[0-9a-f]{32}$/';

    final class Session implements \ArrayAccess
    {
        private array $values = [];

        private string $kept = '';

        private string $id = '';

        private bool $is_console;

        private bool $is_discarded = false;

        public function __construct(private string $name, bool $is_console = false)
        {
            $this->is_console = $is_console;
        }

        public function getName()
        {
            return $this->name;
        }

        public function getID()
        {
            return $this->id;
        }

        /** Begin the visitor's session, or a new one. */
        public function start()
        {
            $asked = $_REQUEST[$this->name] ?? $_COOKIE[$this->name] ?? '';
            $this->open(is_string($asked) ? $asked : '');
            $this->sendCookie();
        }

        /** Go on in another session: what it holds from now on is that one's. */
        public function resetID($id = null)
        {
            $this->save();
            $this->open((string) $id);
            $this->sendCookie();
            return $this->id;
        }

        /** What this request changes is not written: a page that looks once a second must not undo another's changes. */
        public function discard()
        {
            $this->is_discarded = true;
        }

        /** Write what has changed; a request that changes nothing only keeps the session alive. */
        public function save()
        {
            if ($this->is_console || $this->is_discarded || $this->id === '') {
                return;
            }
            if (serialize($this->values) === $this->kept) {
                db_query('UPDATE ?:sessions SET expiry = ?i WHERE session_id = ?s', time() + SESSION_AGE_S, $this->id);
                return;
            }
            db_query(
                'REPLACE INTO ?:sessions (session_id, expiry, data) VALUES (?s, ?i, ?s)',
                $this->id,
                time() + SESSION_AGE_S,
                serialize($this->values)
            );
        }

        public function offsetExists(mixed $name): bool
        {
            return isset($this->values[$name]);
        }

        public function &offsetGet(mixed $name): mixed
        {
            if (!array_key_exists($name, $this->values)) {
                $this->values[$name] = null;
            }
            return $this->values[$name];
        }

        public function offsetSet(mixed $name, mixed $value): void
        {
            $this->values[$name] = $value;
        }

        public function offsetUnset(mixed $name): void
        {
            unset($this->values[$name]);
        }

        private function open(string $id): void
        {
            $this->values = [];
            $agent = md5($_SERVER['HTTP_USER_AGENT'] ?? '');
            $data = preg_match(SESSION_ID, $id)
                ? db_get_field('SELECT data FROM ?:sessions WHERE session_id = ?s AND expiry > ?i', $id, time()) : '';
            $kept = $data === '' ? [] : unserialize($data, ['allowed_classes' => false]);
            if ($kept && $kept['_validator_agent'] !== $agent) {
                db_query('DELETE FROM ?:sessions WHERE session_id = ?s', $id);
                $kept = [];
            }
            $this->id = $kept ? $id : bin2hex(random_bytes(16));
            $this->kept = $kept ? $data : '';
            $this->values = $kept ?: ['_validator_agent' => $agent];
        }

        private function sendCookie(): void
        {
            if (!$this->is_console && !headers_sent()) {
                setcookie(
                    $this->name,
                    $this->id,
                    ['expires' => time() + SESSION_AGE_S, 'path' => '/', 'httponly' => true, 'samesite' => 'Lax']
                );
            }
        }
    }
}

namespace {
    /** One visitor per browser and storefront; the back office has its own cookie. It is written when the request ends. */
    function fn_demo_init_session()
    {
        $name = (AREA === 'A' ? 'sid_admin_' : 'sid_customer_') . Tygh\Registry::get('runtime.storefront_id');
        $session = new Tygh\Web\Session($name, defined('DEMO_CONSOLE'));
        if (!defined('DEMO_CONSOLE')) {
            $session->start();
            register_shutdown_function([$session, 'save']);
            demo_prune();
        }
        Tygh::$app['session'] = $session;
    }
}
