<?php

declare(strict_types=1);

namespace Wasl\Demo\CsCart\Smarty;

/** A template uses something that this renderer does not know. The message names it. */
final class SyntaxError extends \RuntimeException
{
}
