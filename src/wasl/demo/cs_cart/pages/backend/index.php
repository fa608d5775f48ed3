<?php

/** The back office's first page. */

if ($mode !== 'index') {
    return [CONTROLLER_STATUS_NO_PAGE];
}
