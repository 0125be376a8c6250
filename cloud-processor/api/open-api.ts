import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { TSchema } from 'typebox';

/** A TypeBox schema is a JSON Schema, which OpenAPI 3.1 takes as it is. */
export const schemaOf = (schema: TSchema): Record<string, unknown> => JSON.parse(JSON.stringify(schema));

/** Swagger UI at `/api/docs`, the document at `/api/docs-json`. */
export function serveOpenApi(app: INestApplication, version: string): void {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Pulseboard')
    .setDescription('Live and stored heart rates of a gym. Times are UTC; spans include `from` and leave out `to`. No medical device.')
    .setVersion(version)
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .build();
  SwaggerModule.setup('api/docs', app, SwaggerModule.createDocument(app, config));
}
