<?php

/** The shop's pages. Core templates are plain PHP in `views/`; an add-on's are the Smarty files of its zip. */

namespace Wasl\Demo\CsCart;

require_once __DIR__ . '/helpers.php';
foreach (['SyntaxError', 'Modifiers', 'Expression', 'Template'] as $part) {
    require_once __DIR__ . "/smarty/$part.php";
}

/** `Tygh::$app['view']`: CS-Cart's own names for what is assigned and shown. */
final class View
{
    private const HEADERS = ['Content-Type: text/html; charset=utf-8', 'Cache-Control: no-store', 'X-Content-Type-Options: nosniff'];
    // A storefront page loads nothing foreign. The back office shows what add-ons bring, scripts included, as CS-Cart does.
    private const POLICY = "Content-Security-Policy: default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self';"
        . " connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

    /** @var array<string, mixed> */
    private array $variables = [];

    public function __construct(private readonly string $area)
    {
    }

    /** @param string|array<string, mixed> $name */
    public function assign($name, $value = null): self
    {
        $this->variables = (is_array($name) ? $name : [$name => $value]) + $this->variables;

        return $this;
    }

    /** @return mixed one variable, null if it was not assigned; all of them without a name */
    public function getTemplateVars($name = null)
    {
        return $name === null ? $this->variables : ($this->variables[$name] ?? null);
    }

    /** @return string the template as HTML; raises RuntimeException if there is no such template */
    public function fetch($template): string
    {
        if (str_starts_with($template, 'addons/')) {
            return $this->fetchSmarty($template);
        }
        $folder = $this->area === 'A' ? 'backend' : 'frontend';
        $file = __DIR__ . "/views/$folder/" . preg_replace('~^views/|\.tpl$~', '', $template) . '.php';
        if (!is_file($file)) {
            throw new \RuntimeException("no template $template");
        }

        return self::run($file, $this->variables + ['view' => $this]);
    }

    /** @return string what active add-ons put behind a place in the back office, such as `rma/details_actions` */
    public function hook(string $place): string
    {
        $html = '';
        foreach (fn_demo_active_addons() as $addon) {
            $template = "addons/$addon/hooks/$place.post.tpl";
            $html .= is_file(DIR_ROOT . "/design/backend/templates/$template") ? $this->fetch($template) : '';
        }

        return $html;
    }

    public function has(string $template): bool
    {
        $folder = $this->area === 'A' ? 'backend' : 'frontend';

        return is_file(__DIR__ . "/views/$folder/" . preg_replace('~^views/|\.tpl$~', '', $template) . '.php');
    }

    /** The template within the frame of the area. */
    public function display($template): void
    {
        $this->assign('content', $this->fetch($template));
        $this->assign('notices', fn_get_notifications());
        foreach (self::HEADERS as $header) {
            header($header);
        }
        header('Content-Language: ' . CART_LANGUAGE);
        if ($this->area === 'C') {
            header(self::POLICY);
            header('Referrer-Policy: no-referrer');
        }
        echo $this->fetch('index.tpl');
    }

    private function fetchSmarty(string $template): string
    {
        $root = realpath(DIR_ROOT . '/design/backend/templates');
        $file = realpath("$root/$template");
        if ($root === false || $file === false || !str_starts_with($file, "$root/")) {
            throw new \RuntimeException("no template $template");
        }
        $smarty = ['request' => $_REQUEST, 'const' => get_defined_constants(true)['user'] ?? []];

        return (new Smarty\Template(file_get_contents($file)))->render(
            $this->variables + ['smarty' => $smarty],
            fn (string $included, array $variables) => $this->component($included, $variables)
        );
    }

    /** What an add-on's template may include: the back office's own subheader, or another template of an add-on. */
    private function component(string $template, array $variables): string
    {
        if ($template === 'common/subheader.tpl') {
            return '<h3 class="subheader">' . e($variables['title'] ?? '') . '</h3>';
        }

        return (clone $this)->assign($variables)->fetch($template);
    }

    private static function run(string $file, array $variables): string
    {
        extract($variables, EXTR_SKIP);
        ob_start();
        try {
            require $file;

            return (string) ob_get_contents();
        } finally {
            ob_end_clean();
        }
    }
}
