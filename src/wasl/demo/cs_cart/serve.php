<?php

/**
 * Serve a shop: `php serve.php HOST:PORT [WORKERS]`, with CSCART_STATE naming the shop's folder.
 *
 * As many single `php -S` processes as workers, and in front of them this one, which gives every connection to a process
 * that has nothing else to do. PHP's own PHP_CLI_SERVER_WORKERS is not used: a worker takes several connections that
 * arrive together and serves them one after the other, so that a request may stand behind one that is paused although
 * other workers are free. A server of a real shop does not do that.
 *
 * Says "ready http://HOST:PORT" when it listens; port 0 takes any free one. Ends, and its workers with it, at SIGTERM, SIGINT or SIGHUP.
 */

const DEMO_WORKERS = 12;
const DEMO_BUFFER_MAX = 262144;
const DEMO_PART_MAX = 65536;
const DEMO_BACKLOG = 512;
const DEMO_STARTING_S = 10;
// Below what systems hand out for outgoing connections, and below what the demo takes for its parts.
const DEMO_PORTS = [10_000, 19_999];
const DEMO_TRIES = 20;
const DEMO_STARTING_LOOK_US = 10_000;
const DEMO_SELECT_S = 1;

/** One connection of a client and the worker's that serves it; the worker is free again when its own is over. */
final class DemoExchange
{
    public string $to_worker = '';

    public string $to_client = '';

    public bool $is_client_open = true;

    public bool $is_worker_open = true;

    /**
     * @param resource $client
     * @param resource $worker
     */
    public function __construct(public $client, public $worker, public int $port)
    {
        stream_set_blocking($client, false);
        stream_set_blocking($worker, false);
    }

    /** Read what there is; a client that hangs up does not stop its worker, as on any host. */
    public function read($socket): void
    {
        $part = (string) @fread($socket, DEMO_PART_MAX);
        if ($socket === $this->client) {
            $this->to_worker .= $part;
            $this->is_client_open = $part !== '' || !feof($socket);
        } else {
            $this->to_client .= $this->is_client_open || !feof($this->client) ? $part : '';
            $this->is_worker_open = $part !== '' || !feof($socket);
        }
    }

    public function write($socket): void
    {
        $rest = $socket === $this->client ? 'to_client' : 'to_worker';
        $sent = @fwrite($socket, $this->$rest);
        $this->$rest = $sent === false ? '' : (string) substr($this->$rest, $sent);
    }

    public function isOver(): bool
    {
        return !$this->is_worker_open && $this->to_client === '';
    }
}

/** @return array<int, resource> the worker processes by their ports */
function demo_start_workers($count)
{
    $workers = [];
    for ($tries = 0; count($workers) < $count && $tries < $count * DEMO_TRIES; ) {
        $started = [];
        while (count($workers) + count($started) < $count && $tries++ < $count * DEMO_TRIES) {
            $port = random_int(...DEMO_PORTS);
            $started += isset($workers[$port]) || isset($started[$port]) ? [] : [$port => demo_start_worker($port)];
        }
        foreach (array_filter($started) as $port => $worker) {
            // Somebody else may have got the port first: then ours has ended, and whoever answers there is not ours.
            demo_is_ours($port, $worker) ? $workers[$port] = $worker : proc_terminate($worker, SIGKILL);
        }
    }
    if (count($workers) < $count) {
        array_map(static fn ($worker) => proc_terminate($worker, SIGKILL), $workers);
        throw new RuntimeException("only " . count($workers) . " of $count workers could listen");
    }
    return $workers;
}

/** @return resource|null a process that will listen at this port; null if somebody does already */
function demo_start_worker($port)
{
    $free = @stream_socket_server("tcp://127.0.0.1:$port");
    if ($free === false) {
        return null;
    }
    fclose($free);
    $environment = array_diff_key(getenv(), ['PHP_CLI_SERVER_WORKERS' => 1]) + ['DEMO_WORKER' => demo_word($port)];
    $files = [['file', '/dev/null', 'r'], ['file', '/dev/null', 'w'], STDERR];
    $command = [PHP_BINARY, '-q', '-S', "127.0.0.1:$port", __DIR__ . '/router.php'];
    return proc_open($command, $files, $pipes, __DIR__, $environment);
}

/** By what the worker of this port is known: no other process says it. */
function demo_word($port)
{
    return getmypid() . ".$port";
}

/** Whether our own process answers at this port, once somebody does. */
function demo_is_ours($port, $worker)
{
    $context = stream_context_create(['http' => ['timeout' => 1, 'ignore_errors' => true]]);
    $until = microtime(true) + DEMO_STARTING_S;
    while (proc_get_status($worker)['running'] && microtime(true) < $until) {
        $said = @file_get_contents("http://127.0.0.1:$port/_demo/worker", false, $context);
        if ($said === demo_word($port)) {
            return true;
        }
        usleep(DEMO_STARTING_LOOK_US);
    }
    return false;
}

/**
 * Give connections to free workers for ever; while none is free, new ones wait in the listener's queue.
 *
 * @param resource $listener
 * @param int[] $idle
 */
function demo_balance($listener, array $idle)
{
    $exchanges = [];
    while (true) {
        [$read, $write, $owner] = demo_interests($exchanges);
        if ($idle) {
            $read[] = $listener;
        }
        $except = null;
        if (!@stream_select($read, $write, $except, DEMO_SELECT_S)) {
            continue;
        }
        foreach ($read as $socket) {
            if ($socket === $listener) {
                demo_accept($listener, $idle, $exchanges);
            } else {
                $exchanges[$owner[(int) $socket]]->read($socket);
            }
        }
        foreach ($write as $socket) {
            $exchanges[$owner[(int) $socket]]->write($socket);
        }
        foreach (array_filter($exchanges, static fn ($exchange) => $exchange->isOver()) as $key => $exchange) {
            fclose($exchange->client);
            fclose($exchange->worker);
            $idle[] = $exchange->port;
            unset($exchanges[$key]);
        }
    }
}

/** @return array [sockets to read, sockets to write, exchange by socket] */
function demo_interests(array $exchanges)
{
    [$read, $write, $owner] = [[], [], []];
    foreach ($exchanges as $key => $exchange) {
        $owner += [(int) $exchange->client => $key, (int) $exchange->worker => $key];
        if ($exchange->is_client_open && strlen($exchange->to_worker) < DEMO_BUFFER_MAX) {
            $read[] = $exchange->client;
        }
        if ($exchange->is_worker_open && strlen($exchange->to_client) < DEMO_BUFFER_MAX) {
            $read[] = $exchange->worker;
        }
        if ($exchange->to_client !== '') {
            $write[] = $exchange->client;
        }
        if ($exchange->to_worker !== '' && $exchange->is_worker_open) {
            $write[] = $exchange->worker;
        }
    }
    return [$read, $write, $owner];
}

function demo_accept($listener, array &$idle, array &$exchanges)
{
    $client = @stream_socket_accept($listener, 0);
    if ($client === false) {
        return;
    }
    $port = array_shift($idle);
    $worker = @stream_socket_client("tcp://127.0.0.1:$port", timeout: 1);
    if ($worker === false) {
        fclose($client);
        $idle[] = $port;
        return;
    }
    $exchanges[] = new DemoExchange($client, $worker, $port);
}

$demo_context = stream_context_create(['socket' => ['backlog' => DEMO_BACKLOG, 'tcp_nodelay' => true]]);
$demo_flags = STREAM_SERVER_BIND | STREAM_SERVER_LISTEN;
$demo_listener = @stream_socket_server('tcp://' . ($argv[1] ?? ''), $demo_code, $demo_message, $demo_flags, $demo_context);
if ($demo_listener === false) {
    fwrite(STDERR, "cannot listen: $demo_message\n");
    exit(1);
}
$demo_workers = demo_start_workers((int) ($argv[2] ?? DEMO_WORKERS));
register_shutdown_function(static fn () => array_map(static fn ($worker) => proc_terminate($worker, SIGKILL), $demo_workers));
pcntl_async_signals(true);
foreach ([SIGTERM, SIGINT, SIGHUP] as $demo_signal) {
    pcntl_signal($demo_signal, static fn () => exit(0));
}
echo 'ready http://', stream_socket_get_name($demo_listener, false), "\n";
demo_balance($demo_listener, array_keys($demo_workers));
